import { environmentTemplate } from './environment.ts';
import { nginxSite } from './nginx-site.ts';
import type { DeployPlan } from './plan.ts';
import { databaseScript, migrationEnvironment } from './postgresql.ts';
import { serviceUnit, targetUnit } from './systemd.ts';
import { topologySvg } from './topology.ts';

export interface DeployFile {
  /** Below `deploy/`, with slashes. */
  path: string;
  content: string;
  /** Chinese: what it is for. */
  purpose: string;
}

/**
 * Everything that `npm run deploy:files` writes; the same plan gives the same bytes.
 *
 * @param environmentExample the text of `.env.example`.
 */
export function deployFiles(plan: DeployPlan, environmentExample: string): DeployFile[] {
  return [
    {
      path: `nginx/${plan.name}.conf`,
      content: nginxSite(plan),
      purpose: '网关的 nginx 配置，放进网关的 /etc/nginx/conf.d',
    },
    {
      path: `systemd/${plan.name}@.service`,
      content: serviceUnit(plan),
      purpose: '应用服务器上一个实例的 systemd 单元，放进 /etc/systemd/system',
    },
    {
      path: `systemd/${plan.name}.target`,
      content: targetUnit(plan),
      purpose: '一台服务器上全部实例的 systemd 单元',
    },
    {
      path: 'env.production',
      content: environmentTemplate(environmentExample, plan),
      purpose: '生产环境变量的样板，填好放到应用服务器的 shared/.env',
    },
    {
      path: `postgresql/${plan.name}.sql`,
      content: databaseScript(plan),
      purpose: '建数据库和两个账号，交给数据库管理员',
    },
    {
      path: 'env.migrate',
      content: migrationEnvironment(plan),
      purpose: '做迁移的账号，填好放到应用服务器的 shared/migrate.env',
    },
    { path: 'topology.svg', content: topologySvg(plan), purpose: '部署架构图' },
  ];
}
