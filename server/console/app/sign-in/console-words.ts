import type { ConsoleNoPermissionReason, ConsoleRejected } from '../../../contract/auth.ts';
import { platformName } from '../entry.ts';

/** The reason of a refused sign-in; the form counts down a lock. */
export function rejectedText(rejected: ConsoleRejected): string {
  if (rejected.reason === 'PASSWORD_EXPIRED') {
    return '这个一次性密码已过期。请联系其他管理员重新重置。';
  }
  const { attemptsLeft } = rejected;
  const left = attemptsLeft === undefined ? '' : `还可以试 ${attemptsLeft} 次。`;
  return `用户名或密码不对，请检查后重新输入。${left}`;
}

/** The reason why a person with the right password may not use the console. */
export function rejectedTitle(reason: ConsoleNoPermissionReason): string {
  switch (reason) {
    case 'ADMINISTRATORS_ONLY':
      return `管理后台只对管理员和审计员开放。请在${platformName}的工作台里打开本应用。`;
    case 'ACCOUNT_DISABLED':
      return '您的账号已停用。如需恢复，请联系其他管理员。';
    case 'LEFT_ORGANISATION':
      return `${platformName}的通讯录里没有您的在职信息，可能已经调离。如果有误，请联系通讯录管理员。`;
  }
}

export const passwordHint = '至少 8 个字符，不要用常见密码，也不要包含用户名。';
