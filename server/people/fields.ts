import type { PersonField, PersonInput, PersonOutcome } from '../contract/people.ts';
import { newUsernameProblem, readMobile, readPlainCode, readUsername } from '../import-export/cells.ts';
import { longest } from '../import-export/columns.ts';

type Invalid = Extract<PersonOutcome, { outcome: 'invalid' }>;
type Fields = Partial<PersonInput>;

/** Invisible characters: control characters, direction marks, zero-width blanks, lone surrogates. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/**
 * Checks and trims the typed fields; empty ones become null. @returns the fields, or all problems. The rules are those
 * of an import, without those for Excel.
 */
export function readFields(input: Fields): { fields: Fields } | Invalid {
  const fields: Fields = { ...input };
  const problems: Invalid['problems'] = [];
  const texts = ['username', 'name', 'department', 'mobile', 'dingUserId', 'employeeCode'] as const;
  for (const field of texts) {
    const typed = input[field];
    if (typed === undefined) continue;
    const text = typed?.trim() ?? '';
    const read = text === '' ? readNothing(field) : readText(field, text);
    if ('problem' in read) problems.push({ field, message: `${read.problem}。` });
    else Object.assign(fields, { [field]: read.value });
  }
  return problems.length > 0 ? { outcome: 'invalid', problems } : { fields };
}

type Read = { value: string | null } | { problem: string };
type TextField = Exclude<PersonField, 'role' | 'isSuperExecutive'>;

function readNothing(field: TextField): Read {
  return field === 'username' || field === 'name' ? { problem: '不能为空' } : { value: null };
}

function readText(field: TextField, text: string): Read {
  if (unseen.test(text)) return { problem: '含有看不见的字符，请删掉后手工重新输入' };
  if (field === 'mobile') return readMobile(text);
  if (field === 'username') {
    const wrong = newUsernameProblem(text);
    return wrong === null ? readUsername(text) : { problem: wrong };
  }
  if (field === 'dingUserId' || field === 'employeeCode') return readPlainCode(text, field);
  return Array.from(text).length > longest[field]
    ? { problem: `太长，最多 ${longest[field]} 个字` }
    : { value: text };
}
