import type { HttpAnswer } from '../check/http-ask.ts';
import { faultCode, madeUpSession } from '../facts/fault.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { type Finding, fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 3: 「应用开发测试完毕后」 the application starts: what is listed is there and works. */
export const serviceReady: Rule = {
  id: 'service-ready',
  section: '10',
  title: '应用在应用域名上运行，数据库连得上。',
  severity: 'must',
  how: '访问应用域名的 /readyz，应答 200；网关不对外提供它的，用编造的会话访问 /api/me，应用要问过数据库才能应答 401 SESSION_EXPIRED。',
  remedy: '看服务端日志：多半是 DATABASE_URL、PostgreSQL 或网关转发的地址不对。',
  check(context) {
    const request = { path: '/readyz' };
    return liveAnswer(context, request, (answer) => {
      const evidence = [told(request, answer)];
      // The generated gateway keeps it inside.
      if (answer.status === 404 || answer.status === 403) {
        return liveAnswer(context, madeUpSession, (session) => bySession(session, evidence));
      }
      return answer.status === 200 ? pass(ready, evidence) : notReady(answer, evidence);
    });
  },
};

const ready = '应用已就绪，数据库连得上。';

const notReady = (answer: HttpAnswer, evidence: readonly string[]): Finding =>
  fail(`应用没有就绪（${answer.status}）。`, evidence);

/** Only the app's own refusal shows that it has asked its database; a gateway can say 404 and 401 by itself. */
function bySession(session: HttpAnswer, before: readonly string[]): Finding {
  const code = faultCode(session);
  const evidence = [...before, `${told(madeUpSession, session)} ${code ?? ''}`.trim()];
  if (session.status === 401 && code === 'SESSION_EXPIRED') return pass(ready, evidence);
  if (session.status >= 500) return notReady(session, evidence);
  return unknown(
    `看不出应用是否就绪：/api/me 应答 ${session.status}，不是应用约定的 401 SESSION_EXPIRED。`,
    evidence,
    '确认网关把 /api 原样转发到服务端（见 session-live），再检查一次。',
  );
}
