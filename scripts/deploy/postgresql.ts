import type { DeployPlan } from './plan.ts';

/** The name of the accounts and the database: that of the service, in PostgreSQL's usual letters. */
export const databaseNames = ({ name }: Pick<DeployPlan, 'name'>) => {
  const app = name.replaceAll('-', '_');
  return { app, owner: `${app}_owner` };
};

const addressFor = (account: string, { databases: [first], name }: DeployPlan) =>
  `postgresql://${account}:密码@${first?.host ?? '127.0.0.1'}:${first?.port ?? 5432}/${databaseNames({ name }).app}`;

/** The address by which the application connects; a person fills in the password. */
export const applicationAddress = (plan: DeployPlan): string => addressFor(databaseNames(plan).app, plan);

/**
 * Two accounts: one owns the tables and migrates, the other reads and writes rows. So the application's account cannot
 * take the audit log's triggers off.
 */
export function databaseScript(plan: DeployPlan): string {
  const { app, owner } = databaseNames(plan);
  return `-- ${plan.appName}的数据库和两个账号，由 npm run deploy:files 生成。数据库管理员（超级用户）运行一次：
--   psql --host=数据库的地址 --username=postgres --file=${plan.name}.sql
-- 先把两个密码换成长的随机密码，各不相同。
CREATE ROLE ${owner} LOGIN PASSWORD '属主的密码';
CREATE ROLE ${app} LOGIN PASSWORD '应用的密码';
CREATE DATABASE ${app} OWNER ${owner} ENCODING 'UTF8';

\\connect ${app}
-- PostgreSQL 14 及更早，谁都能在 public 里建表。
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO ${owner};
`;
}

/** The owner's address; the server must not be able to read it. */
export function migrationEnvironment(plan: DeployPlan): string {
  return `# 表的属主账号，只给 node manage.mjs migrate 用，服务读不到。由 npm run deploy:files 生成。
# 填好密码，复制成 /opt/${plan.name}/shared/migrate.env，权限 0600，属主 root。密码里的特殊字符要写成 %40 这样的编码。
MIGRATION_DATABASE_URL=${addressFor(databaseNames(plan).owner, plan)}
`;
}
