import type { ConsoleNoPermissionReason, ConsoleRejected } from '../../../contract/auth.ts';

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
