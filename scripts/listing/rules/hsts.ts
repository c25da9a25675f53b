import { liveAnswer, told } from '../facts/live.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Half a year, in seconds: what browsers' makers ask for at least. */
const leastSeconds = 15_552_000;

/** Guide 6: HTTPS is 强要求; HSTS keeps browsers from ever trying plain http again. */
export const hsts: Rule = {
  id: 'hsts',
  section: '6',
  title: '应答带 HSTS，浏览器以后只用 HTTPS。',
  severity: 'should',
  how: '看 https 应答的 Strict-Transport-Security，max-age 不少于半年。',
  remedy: '服务端以 NODE_ENV=production 运行时自带；网关不要去掉这个应答头，也可以在网关上加。',
  check(context) {
    const request = { path: '/healthz' };
    return liveAnswer(context, request, (answer) => {
      const header = answer.headers['strict-transport-security'];
      const evidence = [`${told(request, answer)}，Strict-Transport-Security: ${header ?? '（没有）'}`];
      const seconds = Number(/max-age="?(\d+)/i.exec(header ?? '')?.[1] ?? 0);
      if (header === undefined) return fail('应答里没有 HSTS。', evidence);
      return seconds >= leastSeconds
        ? pass(`HSTS ${Math.floor(seconds / 86_400)} 天。`, evidence)
        : fail(`HSTS 只有 ${Math.floor(seconds / 86_400)} 天。`, evidence);
    });
  },
};
