import { faultCode } from '../facts/fault.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 10: 「“浙政钉”应用需要打通钉钉免登录功能」. */
export const signinLive: Rule = {
  id: 'signin-live',
  section: '10',
  title: '免登接口在线上可用，与平台打通。',
  severity: 'must',
  how: '向应用域名的 /api/auth/login 交一个编造的授权码：应答 401 AUTH_CODE_INVALID，说明服务端问过平台，平台认得这个应用。',
  remedy:
    '按应答的错误码处理（docs/errors.md）：PLATFORM_MISCONFIGURED 看服务端日志的 remedy，多半是密钥、权限或 IP 白名单。',
  check(context) {
    const request = { path: '/api/auth/login', json: { authCode: `listing-check-${context.now}` } };
    return liveAnswer(context, request, (answer) => {
      const code = faultCode(answer);
      const evidence = [`${told(request, answer)} ${code ?? ''}`.trim()];
      if (answer.status === 401 && code === 'AUTH_CODE_INVALID') {
        return pass('平台拒绝了编造的授权码，免登是通的。', evidence);
      }
      if (answer.status === 200) return fail('编造的授权码竟然没有被拒绝。', evidence);
      return fail(
        code === null ? `免登接口没有按约定应答（${answer.status}）。` : `免登不通：${code}。`,
        evidence,
      );
    });
  },
};
