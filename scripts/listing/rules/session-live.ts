import { faultCode, madeUpSession } from '../facts/fault.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 10: 「避免每次进入应用都调用钉钉接口进行免登」: the kept session is what is asked for instead. */
export const sessionLive: Rule = {
  id: 'session-live',
  section: '10',
  title: '会话接口在线上可用：没有会话的人被要求重新免登，不放行，也不白屏。',
  severity: 'must',
  how: '用编造的会话访问应用域名的 /api/me：应答 401 SESSION_EXPIRED。',
  remedy: '确认网关把 /api 转发到服务端，不要自己应答或改写 401。',
  check(context) {
    const request = madeUpSession;
    return liveAnswer(context, request, (answer) => {
      const code = faultCode(answer);
      const evidence = [`${told(request, answer)} ${code ?? ''}`.trim()];
      return answer.status === 401 && code === 'SESSION_EXPIRED'
        ? pass('没有会话的人不被放行，并收到约定的应答。', evidence)
        : fail(`会话接口没有按约定应答（${answer.status} ${code ?? ''}）。`, evidence);
    });
  },
};
