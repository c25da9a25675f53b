import { faultCode } from '../facts/fault.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 10: 「允许首次登录输入用户密码进行绑定，后续直接免登」. */
export const bindingLive: Rule = {
  id: 'binding-live',
  section: '10',
  title: '绑定接口在线上可用，编造的票据被拒绝并说明原因。',
  severity: 'must',
  how: '向应用域名的 /api/auth/bind 交一个编造的票据：应答 200，结果是票据过期（TICKET_EXPIRED）或绑定已关闭（BINDING_CLOSED）。',
  remedy: '确认网关把 /api 转发到服务端；按应答的错误码处理（docs/errors.md）。',
  check(context) {
    const json = { ticket: 'l'.repeat(43), username: 'listing-check', password: 'listing-check' };
    const request = { path: '/api/auth/bind', json };
    return liveAnswer(context, request, (answer) => {
      const outcome = answer.json as { outcome?: unknown; reason?: unknown } | undefined;
      const reason = typeof outcome?.reason === 'string' ? outcome.reason : (faultCode(answer) ?? '');
      const evidence = [`${told(request, answer)} ${reason}`.trim()];
      return answer.status === 200 && ['TICKET_EXPIRED', 'BINDING_CLOSED'].includes(reason)
        ? pass(reason === 'BINDING_CLOSED' ? '绑定已关闭，说明了原因。' : '编造的票据被拒绝。', evidence)
        : fail(`绑定接口没有按约定应答（${answer.status} ${reason}）。`, evidence);
    });
  },
};
