import type { PasswordRejectedReason } from '../../../server/contract/auth.ts';
import { lockedText } from '../../services/words.ts';

/** Why a password was not changed, and what to do. */
export function changeRejectionText({
  reason,
  retryAfterSeconds,
}: {
  reason: PasswordRejectedReason;
  retryAfterSeconds?: number;
}): string {
  switch (reason) {
    case 'WRONG_PASSWORD':
      return '当前密码不对，请重新输入。忘记了请联系管理员重置。';
    case 'PASSWORD_EXPIRED':
      return '当前的一次性密码已过期，请联系管理员重新重置。';
    case 'LOCKED':
      return lockedText(retryAfterSeconds || 60);
    case 'TOO_SHORT':
      return '新密码太短，请至少用 8 个字符。';
    case 'TOO_COMMON':
      return '新密码太常见，容易被猜到，请换一个。';
    case 'CONTAINS_USERNAME':
      return '新密码里不要有用户名，请换一个。';
    case 'UNCHANGED':
      return '新密码与当前密码相同，请换一个。';
    case 'NO_PASSWORD_HERE':
      return '您的密码不在本系统里保存，请到原来的账号系统修改。';
    default:
      return '密码没有改成，请联系管理员。';
  }
}
