import { StartFailure } from '../config/start-failure.ts';
import type { Database } from './database.ts';
import { isRefusal } from './migration-failure.ts';

/**
 * Grants the application's account only the server's rights: it reads and writes rows and adds to the audit log, but
 * owns no table, so that it cannot disable the triggers. The owner of the tables runs this after each migration; a
 * repetition changes nothing.
 *
 * @throws StartFailure for an unknown account.
 */
export async function grantTo(database: Pick<Database, 'withConnection'>, account: string): Promise<void> {
  await database.withConnection(async ({ query, run }) => {
    const [name] = await query<{ role: string; schema: string }>(
      'SELECT quote_ident($1) AS role, quote_ident(current_schema()) AS schema',
      [account],
    );
    const { role = '', schema = '' } = name ?? {};
    // One script is one transaction: a running server never lacks a right.
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

/** Whether the account of this connection could disable the triggers of the audit log. */
export async function ownsAuditLog({ prisma }: Pick<Database, 'prisma'>): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ owns: boolean }[]>`
    SELECT pg_has_role(relowner, 'USAGE') AS owns FROM pg_class WHERE oid = to_regclass('audit_log')`;
  return row?.owns ?? false;
}
