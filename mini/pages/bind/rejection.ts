import type { BindRejected } from '../../../server/contract/auth.ts';
import { lockedText } from '../../services/words.ts';

/** Why a binding was refused, and what to do. */
export function rejectionText(rejection: BindRejected): string {
  switch (rejection.reason) {
    case 'INVALID_CREDENTIALS':
      return rejection.attemptsLeft === undefined
        ? '用户名或密码不对，请检查后重新输入。'
        : `用户名或密码不对，请检查后重新输入。还可以试 ${rejection.attemptsLeft} 次。`;
    case 'LOCKED':
      return lockedText(rejection.retryAfterSeconds || 60);
    case 'TICKET_EXPIRED':
      return '等待时间太久，这次绑定已过期。请重新登录后再绑定。';
    case 'PASSWORD_EXPIRED':
      return '这个密码是管理员给的，已过期。请联系管理员重新设置。';
    case 'ACCOUNT_ALREADY_BOUND':
      return '这个账号已绑定其他人。请换成您自己的账号，或联系管理员核对。';
    case 'PERSON_ALREADY_BOUND':
      return '您已经绑定过账号，不需要再绑定。请重新登录。';
    default:
      return '绑定没有成功，请联系管理员。';
  }
}
