import { usernameCharacters } from '../config/constants.ts';
import type { RoleName } from '../contract/auth.ts';
import { isPlatformId, roleNames } from '../contract/constants.ts';
import { type ColumnKey, clearWord, columns, longest } from './columns.ts';

/** A cell's value, or its problem in Chinese. */
export type Read<T> = { value: T } | { problem: string };

const problem = (text: string) => ({ problem: text });

/**
 * Invisible characters, some of which a database cannot store: control characters, direction marks, zero-width blanks.
 */
const unseen = /[\p{Cc}\p{Cf}]/u;
const scientific = /^\d(?:\.\d+)?E\+\d+$/i;
const damaged = 'Excel 已把它改成科学计数法，数字丢了。请先把这一列设为“文本”，再重新填写';

function checkText(cell: string, key: keyof typeof longest): { problem: string } | null {
  if (unseen.test(cell)) return problem('含有看不见的字符，请删掉后手工重新输入');
  if (Array.from(cell).length > longest[key]) return problem(`太长，最多 ${longest[key]} 个字`);
  return null;
}

const newUsername = new RegExp(`^[${usernameCharacters}]*$`, 'u');

/** Why a new account cannot have this user name; null if it can. Existing accounts keep theirs. */
export const newUsernameProblem = (username: string): string | null =>
  newUsername.test(username) ? null : '只能用汉字、英文字母、数字和英文符号';

export function readUsername(cell: string): Read<string> {
  if (cell === '') return problem('不能为空');
  if (/\s/u.test(cell)) return problem('不能含空格');
  if (scientific.test(cell)) return problem(damaged);
  return checkText(cell, 'username') ?? { value: cell };
}

/** For names and departments: Excel saves characters that GBK lacks as question marks. */
export function readWords(cell: string, key: 'name' | 'department'): Read<string | null> {
  if (cell === clearWord && key === 'department') return { value: null };
  if (cell === clearWord) return problem('不能清空');
  if (/\?/.test(cell)) {
    return problem('含有问号，多半是保存时丢了生僻字。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”');
  }
  return checkText(cell, key) ?? { value: cell };
}

export function readCode(cell: string, key: 'dingUserId' | 'employeeCode'): Read<string | null> {
  if (cell === clearWord) {
    return key === 'employeeCode' ? { value: null } : problem('不能清空；要解除绑定，请到“人员”页操作');
  }
  if (scientific.test(cell)) return problem(damaged);
  return readPlainCode(cell, key);
}

/** A code without a check for Excel's changes. */
export function readPlainCode(text: string, key: 'dingUserId' | 'employeeCode'): Read<string> {
  if (/\s/u.test(text)) return problem('不能含空格');
  const wrong = checkText(text, key);
  if (wrong !== null) return wrong;
  return key === 'dingUserId' && !isPlatformId(text) ? problem('不能含逗号') : { value: text };
}

export function readMobile(cell: string): Read<string | null> {
  if (cell === clearWord) return { value: null };
  if (cell.includes('*')) {
    return problem('是隐藏了中间几位的号码。请填完整的号码，或删掉“手机号”这一列');
  }
  if (scientific.test(cell)) return problem(damaged);
  const digits = cell
    .normalize('NFKC')
    .replace(/[\s-]/gu, '')
    .replace(/^(?:\+|00)?86(?=1\d{10}$)/, '');
  return /^1\d{10}$/.test(digits) ? { value: digits } : problem('不是 11 位的手机号');
}

const roles = new Map<string, RoleName>(
  (Object.keys(roleNames) as RoleName[]).flatMap((role) => [
    [role, role],
    [roleNames[role], role],
  ]),
);

export function readRole(cell: string): Read<RoleName> {
  const value = roles.get(cell) ?? roles.get(cell.toUpperCase());
  return value === undefined ? problem('只能填普通用户、管理员或审计员') : { value };
}

const yes = new Set(['是', 'y', 'yes', 'true', '1', '√']);
const no = new Set(['否', 'n', 'no', 'false', '0']);

export function readYesNo(cell: string): Read<boolean> {
  const plain = cell.toLowerCase();
  if (yes.has(plain)) return { value: true };
  return no.has(plain) ? { value: false } : problem('只能填“是”或“否”');
}

/** Reads a cell of any column except user name and password. */
export function readField(key: Exclude<ColumnKey, 'username' | 'password'>, cell: string): Read<unknown> {
  switch (key) {
    case 'name':
    case 'department':
      return readWords(cell, key);
    case 'mobile':
      return readMobile(cell);
    case 'role':
      return readRole(cell);
    case 'dingUserId':
    case 'employeeCode':
      return readCode(cell, key);
    case 'isSuperExecutive':
      return readYesNo(cell);
  }
}

/** Reads a password unchanged. Refuses only characters that no keyboard can write. */
export function readPassword(cell: string): Read<string> {
  return checkText(cell, 'password') ?? { value: cell };
}

/** A problem with the column's name: `“手机号”不是 11 位的手机号`. */
export const told = (key: ColumnKey, text: string): string => `“${columns[key].title}”${text}`;
