import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 6: 「请务必记得在证书过期前，替换新的证书」: the server reminds the administrators by itself. */
export const certificateWatched: Rule = {
  id: 'certificate-watched',
  section: '6',
  title: '证书到期前有人会收到提醒。',
  severity: 'should',
  how: '看生产配置的 PUBLIC_ORIGIN：填了它，服务端每天看证书，到期前 30、14、7、1 天给管理员发工作通知。',
  remedy: '在生产的 .env 里填 PUBLIC_ORIGIN=https:// 加应用域名，并让管理员完成绑定。',
  async check({ listing, env }) {
    if (env.NODE_ENV?.trim() !== 'production') {
      return unknown(
        '没有找到生产环境的配置（NODE_ENV=production）。',
        [],
        '用 --env 指定生产的环境文件再检查。',
      );
    }
    const origin = env.PUBLIC_ORIGIN?.trim() ?? '';
    if (origin === '') return fail('生产配置里没有 PUBLIC_ORIGIN，服务端不看证书。');
    const host = URL.canParse(origin) ? new URL(origin).hostname : '';
    return host === listing.domain.name?.toLowerCase()
      ? pass(`服务端看着 ${host} 的证书。`)
      : fail(`PUBLIC_ORIGIN 是 ${origin}，与应用域名 ${listing.domain.name ?? '（没有填）'} 不同。`);
  },
};
