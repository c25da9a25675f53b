import { askForFacts } from '../facts/facts.ts';
import { unreachable } from '../facts/reachability.ts';
import type { Question, Rule } from '../rule.ts';

const asked: Question = {
  ask: '应用实例的地址，互联网是否不能直接访问？',
  evidence: '网络拓扑图或防火墙策略的截图',
};

/** Guide 7: 「应用服务、数据库的部署需要部署在非公网环境（比如政务外网）」. */
export const appNotPublic: Rule = {
  id: 'app-not-public',
  section: '7',
  title: '应用服务部署在互联网不能直接访问的网络（如政务外网）。',
  severity: 'must',
  how: '看 listing.yaml 的 deployment.instances 是不是内网地址；不是的从本机试着连接；再看应用域名上有没有开这些端口。政务外网有看起来像公网的地址，这时回答 answers.app-not-public。',
  remedy: '把应用部署到政务外网等非公网环境，只让网关访问它；防火墙不要映射应用的端口。',
  question: asked,
  async check(context) {
    const { listing } = context;
    const asking = askForFacts(listing, ['deployment.network', 'deployment.instances']);
    if (asking !== null) return asking;
    return unreachable(context, '应用', listing.deployment.instances, { id: appNotPublic.id, asked });
  },
};
