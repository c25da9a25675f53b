import type { LightMyRequestResponse } from 'fastify';
import type { PersonDetail, PersonOutcome } from '../contract/people.ts';
import type { AuditLog, User } from '../database/generated/client.ts';
import { type Built, build } from './build.ts';
import { bearer, get, post } from './http.ts';

/** The people's pages as an administrator uses them. */
export interface PeoplePages {
  /** From `beforeAll` on; the same for all tests of a file. */
  readonly server: Built;
  /** The administrator who uses them: signed in anew for each test. */
  readonly admin: string;
  readonly adminId: string;
  person(username: string): Promise<User>;
  /** What the page shows of a person: what it has before it changes anything. */
  seen(username: string): Promise<PersonDetail>;
  /** Posts to `/api/admin/people/…`. @param token the administrator's by default */
  act(path: string, body?: object, token?: string): Promise<LightMyRequestResponse>;
  /** Does it to a person as they are now. @throws for anything but a 200. */
  deed<T = PersonOutcome>(username: string, path: string, body?: object): Promise<T>;
  /** What the audit log tells since the test began, the oldest first. */
  newEntries(action?: string): Promise<AuditLog[]>;
  audit(action: string): Promise<Pick<AuditLog, 'actorId' | 'subject' | 'address' | 'detail'>[]>;
  /** Whether a session lives. */
  live(token: string): Promise<boolean>;
}

/** Registers the hooks that start a server and give each test the seed's people, as they were, and nobody locked. */
export function preparePeople(): PeoplePages {
  let server: Built;
  let seeded: User[] = [];
  let admin = '';
  let adminId = '';
  /** Entries of earlier tests: the log cannot be emptied. */
  let told: string[] = [];

  beforeAll(async () => {
    server = await build();
    seeded = await server.prisma.user.findMany();
  });
  afterAll(() => server?.close());

  beforeEach(async () => {
    const { prisma, tokenOf } = server;
    // Their sessions go with them.
    await prisma.user.deleteMany();
    await prisma.user.createMany({ data: seeded });
    await prisma.lockout.deleteMany();
    admin = await tokenOf('admin');
    adminId = (await pages.person('admin')).id;
    told = (await prisma.auditLog.findMany({ select: { id: true } })).map(({ id }) => id);
  });

  const pages: PeoplePages = {
    get server() {
      return server;
    },
    get admin() {
      return admin;
    },
    get adminId() {
      return adminId;
    },
    person: (username) => server.prisma.user.findUniqueOrThrow({ where: { username } }),
    async seen(username) {
      const { id } = await pages.person(username);
      return (await get(server, `/api/admin/people/${id}`, admin)).json<PersonDetail>();
    },
    act: (path, body = {}, token = admin) => post(server, `/api/admin/people/${path}`, body, bearer(token)),
    async deed<T = PersonOutcome>(username: string, path: string, body: object = {}) {
      const { id, version } = await pages.seen(username);
      const response = await pages.act(`${id}/${path}`, { version, ...body });
      if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
      return response.json<T>();
    },
    newEntries: (action) =>
      server.prisma.auditLog.findMany({
        where: { id: { notIn: told }, ...(action !== undefined && { action }) },
        orderBy: { at: 'asc' },
      }),
    async audit(action) {
      const entries = await pages.newEntries(action);
      return entries.map(({ actorId, subject, address, detail }) => ({ actorId, subject, address, detail }));
    },
    live: async (token) => (await get(server, '/api/me', token)).statusCode === 200,
  };
  return pages;
}
