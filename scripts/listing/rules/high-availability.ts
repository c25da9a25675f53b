import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 7: 「为满足高可用要求，可以引入 SLB 进一步做负载均衡」. */
export const highAvailability: Rule = {
  id: 'high-availability',
  section: '7',
  title: '应用至少有两个实例，在不同的机器上。',
  severity: 'should',
  how: '看 listing.yaml 的 deployment.instances。',
  remedy: '再部署一个实例，写进 deployment.instances，重新生成网关配置（npm run deploy:files）。',
  async check({ listing }) {
    const asking = askForFacts(listing, ['deployment.instances']);
    if (asking !== null) return asking;
    const { instances } = listing.deployment;
    const hosts = new Set(instances.map(({ host }) => host));
    const evidence = instances.map(({ host, port }) => `${host}:${port}`);
    return hosts.size >= 2
      ? pass(`${instances.length} 个实例，在 ${hosts.size} 台机器上。`, evidence)
      : fail('只有一台机器，它停了应用就打不开。', evidence);
  },
};
