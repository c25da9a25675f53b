import type {
  ConsoleNoPermissionReason,
  ConsoleRejected,
  FirstPasswordRejected,
  PasswordRejectedReason,
} from '../../../contract/auth.ts';
import { duration } from '../format.ts';

/** @param seconds that are left. */
export const lockedText = (seconds: number): string =>
  `密码错误次数太多，账号已锁定。请 ${duration(seconds)}后再试。`;

/** Why a user name and password did not sign in; a lock's wait is counted by the form. */
export function rejectedText(rejected: ConsoleRejected): string {
  if (rejected.reason === 'PASSWORD_EXPIRED') {
    return '这个一次性密码已过期。请联系其他管理员重新重置。';
  }
  const { attemptsLeft } = rejected;
  const left = attemptsLeft === undefined ? '' : `还可以试 ${attemptsLeft} 次。`;
  return `用户名或密码不对，请检查后重新输入。${left}`;
}

/** Why a right password does not open the console. */
export function rejectedTitle(reason: ConsoleNoPermissionReason, platform: string): string {
  switch (reason) {
    case 'ADMINISTRATORS_ONLY':
      return `管理后台只对管理员和审计员开放。请在${platform}的工作台里打开本应用。`;
    case 'ACCOUNT_DISABLED':
      return '您的账号已停用。如需恢复，请联系其他管理员。';
    case 'LEFT_ORGANISATION':
      return `${platform}的通讯录里没有您的在职信息，可能已经调离。如果有误，请联系通讯录管理员。`;
  }
}

export const passwordHint = '至少 8 个字符，不要用常见密码，也不要包含用户名。';

/** Why a new password was refused; a lock's wait is told in seconds beside it. */
export function passwordRejectedText(
  reason: PasswordRejectedReason | FirstPasswordRejected['reason'],
): string {
  switch (reason) {
    case 'WRONG_PASSWORD':
      return '当前密码不对，请重新输入。';
    case 'PASSWORD_EXPIRED':
      return '当前的一次性密码已过期，请联系管理员重新重置。';
    case 'LOCKED':
      return '密码错误次数太多，账号已锁定，请稍后再试。';
    case 'TOO_SHORT':
      return '新密码太短，请至少用 8 个字符。';
    case 'TOO_COMMON':
      return '新密码太常见，容易被猜到，请换一个。';
    case 'CONTAINS_USERNAME':
      return '新密码里不要有用户名。';
    case 'UNCHANGED':
      return '新密码与当前密码相同，请换一个。';
    case 'NO_PASSWORD_HERE':
      return '您的密码不在本系统里保存，请到原来的账号系统修改。';
    case 'TICKET_EXPIRED':
      return '等待时间太久，请用一次性密码重新登录。';
  }
}
