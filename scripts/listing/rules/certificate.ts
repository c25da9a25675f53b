import { certificate, reachFirst } from '../facts/live.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';

export const certificateSteps = chapter('certificate', [
  certificate({
    id: 'certificate-chain',
    kind: 'forbidden',
    title: '服务器发送完整的证书链，不缺中间证书。',
    sentence: '验证通过后 ,按照 web 服务器类型选择下载证书进行部署',
    how: '连接应用域名，看服务器发来的证书能不能接到根证书。缺了中间证书，钉钉打不开。',
    remedy: '把中间证书接在网站证书后面存成一个文件，ssl_certificate 指向它，再重新加载 nginx。',
    codes: ['CHAIN_INCOMPLETE'],
    good: ({ chain }) => `证书链完整，共 ${chain.length} 级。`,
  }),
  certificate({
    id: 'certificate-host',
    kind: 'forbidden',
    title: '证书是给应用域名的。',
    sentence: '在配置界面填写域名，域名验证方式选择手工验证',
    how: '连接应用域名，看证书的备用名称（SAN）里有没有它；浏览器不看通用名。',
    remedy: '申请包含应用域名的证书，装到网关上。',
    codes: ['HOST_MISMATCH'],
    good: ({ host }) => `证书包含 ${host}。`,
  }),
  {
    id: 'tls-version',
    kind: 'own',
    title: '只用 TLS 1.2 以上，不再提供更旧的版本。',
    sentence: null,
    how: '用 TLS 1.0、1.1、1.2、1.3 各连接一次应用域名，看哪些能连上（RFC 8996 停用了 1.0 和 1.1）。',
    remedy: '在网关上写 ssl_protocols TLSv1.2 TLSv1.3; 并重新加载 nginx。',
    facts: ['domain.name'],
    after: 'deploy',
    async check({ probes }) {
      const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
      const spoken = await Promise.all(versions.map((version) => probes.speaks(version)));
      const word = (one: boolean | null) => (one === null ? '没查成' : one ? '能连上' : '连不上');
      const evidence = spoken.map((one, at) => `${versions[at]}：${word(one)}`);
      const [old, current] = [spoken.slice(0, 2), spoken.slice(2)];
      if (old.includes(true)) return fail('还提供 TLS 1.0 或 1.1。', evidence);
      if (spoken.includes(null)) return unknown('没有查全。', evidence, reachFirst);
      return current.includes(true)
        ? pass('只提供 TLS 1.2 以上。', evidence)
        : fail('TLS 1.2 和 1.3 都连不上。', evidence);
    },
  },
]);
