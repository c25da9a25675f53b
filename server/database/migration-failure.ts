import { randomUUID } from 'node:crypto';
import { StartFailure } from '../config/start-failure.ts';

/** A migration was not applied, so the start fails; the message says in Chinese what to do. */
export class MigrationFailed extends StartFailure {
  override readonly name = 'MigrationFailed';
}

/** A migration differs between the database and the folder, so the state of the tables is unknown. */
export class EditedMigrations extends StartFailure {
  override readonly name = 'EditedMigrations';
  constructor(names: readonly string[]) {
    super(
      `迁移 ${names.join('、')} 在应用到数据库之后又被修改过。已应用的迁移不能再改：请还原它，` +
        '把改动写进新的迁移（npm run cli db:diff 名称）。内置数据库没有要保留的数据时，也可以删除 .data 后重新启动。',
    );
  }
}

/** A folder of `prisma/migrations`. */
export interface Migration {
  name: string;
  script: string;
  /** SHA-256 of the script, 64 hexadecimal digits. */
  checksum: string;
}

/** PostgreSQL's error; `position` counts the script's characters from 1. */
export interface Refusal extends Error {
  code: string;
  detail?: string;
  hint?: string;
  where?: string;
  position?: string;
}

/**
 * Whether PostgreSQL answered. It did not if the connection was lost (class 08, or no SQLSTATE) or it stopped (57P).
 */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'code' in error && /^(?!08|57P)(?=.*\d)[0-9A-Z]{5}$/.test(String(error.code));

/** A table, a column or another object exists already. */
const isThere = new Set(['42P07', '42701', '42710']);

/** PostgreSQL's message, with the place in the script if it has one. */
function words({ name, script }: Migration, error: Refusal): string {
  const lines = [...script]
    .slice(0, Number(error.position ?? 0))
    .join('')
    .split('\n').length;
  const place = `prisma/migrations/${name}/migration.sql${error.position === undefined ? '' : ` 第 ${lines} 行`}`;
  const more = [error.detail, error.hint, error.where].flatMap((text) => (text ? `\n    ${text}` : []));
  return `PostgreSQL 说：\n  ${error.message}（错误码 ${error.code}，${place}）${more.join('')}\n`;
}

/**
 * The migration failed and has left nothing.
 *
 * @param tried whether an earlier run tried it: an older release may have applied it without a record.
 */
export function refused(migration: Migration, error: Refusal, tried: boolean): MigrationFailed {
  const { name, checksum } = migration;
  return new MigrationFailed(
    `数据库迁移 ${name} 没有成功，它的改动已全部撤销，数据没有变。${words(migration, error)}` +
      '开发：改正这个文件，再重新运行。\n部署：旧版本可以继续运行，把以上内容发给开发。' +
      (tried && isThere.has(error.code)
        ? '\n它要建的东西已经在库里。如果是以前的版本做完、只是没来得及记下，就用 psql 记下它，再重新运行：\n' +
          '  INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)\n' +
          `    VALUES ('${randomUUID()}', '${checksum}', '${name}', now(), 1);`
        : ''),
  );
}

/** A person must find out how far the migration got; `error` is null if an earlier run was interrupted. */
export function unclear(migration: Migration, error: Refusal | null): MigrationFailed {
  const { name } = migration;
  const row = `migration_name = '${name}' AND finished_at IS NULL AND rolled_back_at IS NULL`;
  return new MigrationFailed(
    `数据库迁移 ${name} 只做了一部分，或者中途被打断。${error === null ? '' : words(migration, error)}` +
      '它自己写了 COMMIT，语句不都在一个事务里，所以要由人看一看做到了哪一步，用 psql 二选一，再重新运行：\n' +
      `  已经全部做完：UPDATE _prisma_migrations SET finished_at = now() WHERE ${row};\n` +
      `  撤掉做了一半的，从头再做：UPDATE _prisma_migrations SET rolled_back_at = now() WHERE ${row};`,
  );
}

/** The database has tables, but not the ones of this application. */
export function foreignDatabase(tables: readonly string[]): MigrationFailed {
  return new MigrationFailed(
    `这个数据库里已经有别的表（${tables.join('、')}），却没有迁移记录，像是别的系统的库，所以没有动它。` +
      '请在 DATABASE_URL 里填一个空的库。如果是恢复的备份，请把 _prisma_migrations 表也一并恢复。',
  );
}

/** The role may not create the first table. */
export function mayNotCreate(error: Refusal): MigrationFailed {
  return new MigrationFailed(
    `不能在这个数据库里建表。PostgreSQL 说：\n  ${error.message}（错误码 ${error.code}）\n` +
      '请数据库管理员授权：GRANT CREATE ON SCHEMA public TO 账号;（从 PostgreSQL 15 起，普通账号默认没有这个权限）。' +
      '分成两个数据库账号的，第一次先用属主账号建表：node manage.mjs migrate（scripts/docs/deploy.md）。',
  );
}

/**
 * The application's account does not own the tables.
 *
 * @param names the missing migrations; empty if the account may not read the list.
 */
export function mayNotMigrate(owner: string, names: readonly string[]): MigrationFailed {
  const what =
    names.length === 0 ? '看不到应用过哪些迁移' : `不能应用还缺的迁移：${names.join('、')}。数据没有变`;
  return new MigrationFailed(
    `这个数据库的表属于账号 ${owner}，应用的账号${what}。\n` +
      '请用属主账号应用迁移，它同时给应用的账号授权：在生产服务器上运行 node manage.mjs migrate' +
      '（属主账号的地址写在 shared/migrate.env 里，见 scripts/docs/deploy.md 的“两个数据库账号”）。旧版本可以继续运行。',
  );
}
