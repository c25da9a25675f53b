import type { AuditPage } from '../contract/audit.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { type Built, build } from './build.ts';
import { get } from './http.ts';

/** An entry as a test writes it. */
export interface WrittenEntry {
  action: string;
  /** A user name of the seed. */
  who?: string;
  subject?: string;
  address?: string;
  /** How long ago, in milliseconds. */
  ago?: number;
  detail?: object;
}

/** Runs `write` without the trigger that dates entries by the database's clock. */
export const datedBack = <T>(prisma: PrismaClient, write: (tx: Transaction) => Promise<T>): Promise<T> =>
  prisma.$transaction(async (tx) => {
    await tx.$executeRaw`ALTER TABLE audit_log DISABLE TRIGGER audit_log_dated`;
    const written = await write(tx);
    await tx.$executeRaw`ALTER TABLE audit_log ENABLE TRIGGER audit_log_dated`;
    return written;
  });

/**
 * The audit log as administrators and auditors read it, for the tests of a file. Registers the hooks that start a server
 * with an administrator and an auditor (陈光) signed in.
 */
export function prepareAudit() {
  let server: Built;
  let admin = '';
  let auditor = '';
  /** The seed's people: user name → id. */
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    server = await build();
    await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
    admin = await server.tokenOf('admin');
    auditor = await server.tokenOf('chenguang');
    for (const { username, id } of await server.prisma.user.findMany()) ids[username] = id;
  });
  afterAll(() => server?.close());

  return {
    get server(): Built {
      return server;
    },
    get admin(): string {
      return admin;
    },
    get auditor(): string {
      return auditor;
    },
    ids,
    /** Searches as the auditor. @throws for anything but a 200. */
    async search(query: Record<string, string> = {}): Promise<AuditPage> {
      const response = await get(server, `/api/admin/audit?${new URLSearchParams(query)}`, auditor);
      if (response.statusCode !== 200) throw new Error(response.body);
      return response.json();
    },
    /** Writes an entry as the server does. @returns its id */
    async write({ action, who, subject, address, ago = 0, detail = {} }: WrittenEntry): Promise<string> {
      const data = {
        action,
        at: new Date(Date.now() - ago),
        ...(who !== undefined && { actorId: ids[who] ?? null }),
        ...(subject !== undefined && { subject }),
        ...(address !== undefined && { address }),
        detail,
      };
      const { id } = await datedBack(server.prisma, (tx) => tx.auditLog.create({ data }));
      return id;
    },
  };
}
