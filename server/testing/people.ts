import type { LightMyRequestResponse } from 'fastify';
import type { BulkOutcome, BulkPreview, BulkRequest } from '../contract/bulk.ts';
import type { PersonDetail, PersonOutcome } from '../contract/people.ts';
import type { AuditLog, User } from '../database/generated/client.ts';
import { type Built, build } from './build.ts';
import { bearer, get, post } from './http.ts';

/**
 * The people's pages as an administrator uses them, for the tests of a file. Registers the hooks that start a server
 * and give each test the seed's people, without locks, and a fresh sign-in of the administrator.
 */
export function preparePeople() {
  let server: Built;
  let seeded: User[] = [];
  let admin = '';
  let adminId = '';
  /** Ids of earlier tests' entries: the log cannot be emptied. */
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

  const pages = {
    get server(): Built {
      return server;
    },
    /** The administrator's token. */
    get admin(): string {
      return admin;
    },
    get adminId(): string {
      return adminId;
    },
    person: (username: string): Promise<User> =>
      server.prisma.user.findUniqueOrThrow({ where: { username } }),
    /** What the page shows of a person. */
    async seen(username: string): Promise<PersonDetail> {
      const { id } = await pages.person(username);
      return (await get(server, `/api/admin/people/${id}`, admin)).json<PersonDetail>();
    },
    /** Posts to `/api/admin/people/…`. @param token the administrator's by default */
    act: (path: string, body: object = {}, token = admin): Promise<LightMyRequestResponse> =>
      post(server, `/api/admin/people/${path}`, body, bearer(token)),
    /** Acts on a person in their present version. @throws for anything but a 200. */
    async deed<T = PersonOutcome>(username: string, path: string, body: object = {}): Promise<T> {
      const { id, version } = await pages.seen(username);
      const response = await pages.act(`${id}/${path}`, { version, ...body });
      if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
      return response.json<T>();
    },
    idsOf: (...usernames: string[]): Promise<string[]> =>
      Promise.all(usernames.map(async (username) => (await pages.person(username)).id)),
    /** What the console shows before something is done to one person or many. */
    preview: async (request: BulkRequest): Promise<BulkPreview> =>
      (await pages.act('bulk/preview', request)).json<BulkPreview>(),
    /** Does something to one person or many, after its preview. */
    async together(request: BulkRequest): Promise<BulkOutcome> {
      const { token } = await pages.preview(request);
      return (await pages.act('bulk', { ...request, token })).json<BulkOutcome>();
    },
    /** The entries of the audit log since the test began, the oldest first. */
    newEntries: (action?: string): Promise<AuditLog[]> =>
      server.prisma.auditLog.findMany({
        where: { id: { notIn: told }, ...(action !== undefined && { action }) },
        orderBy: { at: 'asc' },
      }),
    async audit(action: string): Promise<Pick<AuditLog, 'actorId' | 'subject' | 'address' | 'detail'>[]> {
      const entries = await pages.newEntries(action);
      return entries.map(({ actorId, subject, address, detail }) => ({ actorId, subject, address, detail }));
    },
    /** Whether a session lives. */
    live: async (token: string): Promise<boolean> => (await get(server, '/api/me', token)).statusCode === 200,
  };
  return pages;
}
