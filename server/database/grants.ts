import { StartFailure } from '../config/start-failure.ts';
import type { Database } from './database.ts';
import { isRefusal } from './migration-failure.ts';

/**
 * Lets the application's account do with the tables what the server does, and no more: it reads and writes rows, adds to
 * the audit log, and owns nothing, so that it cannot take the triggers off. Run by the owner of the tables after each
 * migration; doing it again changes nothing.
 *
 * @throws StartFailure where there is no such account.
 */
export async function grantTo(database: Pick<Database, 'withConnection'>, account: string): Promise<void> {
  await database.withConnection(async ({ query, run }) => {
    const [name] = await query<{ role: string; schema: string }>(
      'SELECT quote_ident($1) AS role, quote_ident(current_schema()) AS schema',
      [account],
    );
    const { role = '', schema = '' } = name ?? {};
    // One script, one transaction: the server that runs meanwhile never lacks a right.
    await run(`BEGIN;
      GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role};
      GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};
      REVOKE INSERT, UPDATE, DELETE ON ${schema}._prisma_migrations FROM ${role};
      REVOKE UPDATE ON ${schema}.audit_log FROM ${role};
      REVOKE UPDATE, DELETE ON ${schema}.app_deployment FROM ${role};
      COMMIT`).catch((error: unknown) => {
      if (!isRefusal(error) || error.code !== '42704') throw error;
      throw new StartFailure(
        `没有叫 ${account} 的数据库账号（DATABASE_URL 里的那个）。请先建好，见 scripts/docs/deploy.md 的“两个数据库账号”。`,
      );
    });
  });
}

/** Whether the account of this connection could take the triggers off the audit log. */
export async function ownsAuditLog({ prisma }: Pick<Database, 'prisma'>): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ owns: boolean }[]>`
    SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = to_regclass('audit_log')`;
  return row?.owns ?? false;
}
