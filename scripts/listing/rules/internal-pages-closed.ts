import { liveAnswer, told } from '../facts/live.ts';
import { type Finding, fail, pass, type Rule } from '../rule.ts';

const pages = [
  { path: '/metrics', name: '运行指标' },
  { path: '/docs', name: '接口文档' },
] as const;

/** Guide 7, in its spirit: what is for the inside is not shown to the internet. */
export const internalPagesClosed: Rule = {
  id: 'internal-pages-closed',
  section: '7',
  title: '运行指标和接口文档不对外开放。',
  severity: 'should',
  how: '不带任何凭证访问应用域名的 /metrics 和 /docs，不应给出内容。',
  remedy: '服务端以 NODE_ENV=production 运行；设置 METRICS_TOKEN，或在网关上拒绝 /metrics。',
  async check(context) {
    const evidence: string[] = [];
    const open: string[] = [];
    for (const { path, name } of pages) {
      const finding = await liveAnswer(context, { path }, (answer): Finding => {
        evidence.push(told({ path }, answer));
        if (answer.status < 400 && answer.status !== 304) open.push(`${name}（${path}）`);
        return pass('');
      });
      if (finding.state !== 'pass') return finding;
    }
    return open.length === 0
      ? pass('都不对外开放。', evidence)
      : fail(`对外开放着：${open.join('、')}。`, evidence);
  },
};
