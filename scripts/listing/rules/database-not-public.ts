import type { Environment } from '../../../server/config/environment.ts';
import { askForFacts } from '../facts/facts.ts';
import { type Endpoint, unreachable } from '../facts/reachability.ts';
import type { Question, Rule } from '../rule.ts';

const asked: Question = {
  ask: '数据库的地址，互联网是否不能直接访问？',
  evidence: '网络拓扑图或防火墙策略的截图',
};

/** Guide 7: 「数据库以及应用部署需要部署在互联网不能直接访问的区域」. */
export const databaseNotPublic: Rule = {
  id: 'database-not-public',
  section: '7',
  title: '数据库部署在互联网不能直接访问的网络（如政务外网）。',
  severity: 'must',
  how: '看 listing.yaml 的 deployment.database（和生产配置的 DATABASE_URL）是不是内网地址；不是的从本机试着连接；再看应用域名上有没有开这些端口。看起来像公网的政务外网地址，回答 answers.database-not-public。',
  remedy: '把数据库部署到政务外网等非公网环境，只让应用访问它；防火墙不要映射数据库的端口。',
  question: asked,
  async check(context) {
    const { listing, env } = context;
    const asking = askForFacts(listing, ['deployment.database']);
    if (asking !== null) return asking;
    const endpoints = [...listing.deployment.database];
    const configured = ofUrl(env);
    if (configured !== null && !endpoints.some(({ host }) => host === configured.host)) {
      endpoints.push(configured);
    }
    return unreachable(context, '数据库', endpoints, { id: databaseNotPublic.id, asked });
  },
};

/** Host and port of the production's DATABASE_URL; nothing else of it leaves this function. */
function ofUrl(env: Environment): Endpoint | null {
  const url = env.DATABASE_URL?.trim() ?? '';
  if (env.NODE_ENV?.trim() !== 'production' || !URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  return hostname === '' ? null : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) };
}
