import { askForFacts } from '../facts/facts.ts';
import { reachFirst } from '../facts/live.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide, 申请 SSL 证书, step 6, as today's browsers mean it: TLS 1.0 and 1.1 were retired by RFC 8996. */
export const tlsVersion: Rule = {
  id: 'tls-version',
  section: 'certificate',
  title: '只用 TLS 1.2 以上，不再提供更旧的版本。',
  severity: 'must',
  how: '用 TLS 1.0、1.1、1.2、1.3 各连接一次应用域名，看哪些能连上。',
  remedy: '在网关上写 ssl_protocols TLSv1.2 TLSv1.3; 并重新加载 nginx。',
  async check({ listing, probes }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
    const [v10, v11, v12, v13] = await Promise.all(versions.map((version) => probes.speaks(version)));
    const word = (spoken: boolean | null | undefined) =>
      spoken === true ? '能连上' : spoken === false ? '连不上' : '没查成';
    const evidence = [v10, v11, v12, v13].map((spoken, at) => `${versions[at]}：${word(spoken)}`);
    if (v10 === true || v11 === true) return fail('还提供 TLS 1.0 或 1.1。', evidence);
    if (v12 === true || v13 === true) {
      return v10 === false && v11 === false
        ? pass('只提供 TLS 1.2 以上。', evidence)
        : unknown('没能确认旧版本已经关闭。', evidence);
    }
    return v12 === false && v13 === false
      ? fail('TLS 1.2 和 1.3 都连不上。', evidence)
      : unknown('连不上应用域名，查不了。', evidence, reachFirst);
  },
};
