import type { HttpAnswer, HttpAsk } from '../check/http-ask.ts';
import { faultCode, madeUpSession } from '../facts/fault.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { type Finding, fail, pass, type Rule } from '../rule.ts';

/** Guide 3: 「应用开发测试完毕后」 the application starts: what is listed is there and works. */
export const serviceReady: Rule = {
  id: 'service-ready',
  section: '10',
  title: '应用在应用域名上运行，数据库连得上。',
  severity: 'must',
  how: '访问应用域名的 /readyz，应答 200；网关不对外提供它的，用编造的会话访问 /api/me，应用要问过数据库才能应答。',
  remedy: '看服务端日志：多半是 DATABASE_URL、PostgreSQL 或网关转发的地址不对。',
  check(context) {
    const request = { path: '/readyz' };
    return liveAnswer(context, request, (answer) => {
      // The generated gateway keeps it inside.
      if (answer.status === 404 || answer.status === 403) {
        return liveAnswer(context, madeUpSession, (session) =>
          judge(madeUpSession, session, session.status < 500),
        );
      }
      return judge(request, answer, answer.status === 200);
    });
  },
};

function judge(request: HttpAsk, answer: HttpAnswer, ready: boolean): Finding {
  const evidence = [`${told(request, answer)} ${faultCode(answer) ?? ''}`.trim()];
  return ready
    ? pass('应用已就绪，数据库连得上。', evidence)
    : fail(`应用没有就绪（${answer.status}）。`, evidence);
}
