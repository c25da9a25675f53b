import { parseArgs } from 'node:util';
import { uuidPattern } from '../../database/uuid.ts';
import { programWithOptions, UsageError } from '../command.ts';

/** What the command was asked to do. */
export type NotifyRequest =
  | { kind: 'message'; usernames: string[]; text: string; ding: boolean }
  /** Lists what failed or is uncertain. */
  | { kind: 'failed' }
  | { kind: 'resend'; ids: string[] };

export const usage = [
  '用法：',
  `  ${programWithOptions} notify --to 用户名 --text "内容"           发一条工作通知；--to 可以写多次`,
  `  ${programWithOptions} notify --to 用户名 --text "内容" --ding    发 DING`,
  `  ${programWithOptions} notify --failed                            列出没有发出、不确定是否已发出的消息`,
  `  ${programWithOptions} notify --resend 消息编号                   把其中的再发一次；--resend 可以写多次`,
  "PowerShell 里请把 npm run cli 后面的 -- 写成 '--'。",
].join('\n');

/** @throws UsageError. */
export function readArguments(args: readonly string[]): NotifyRequest {
  const { to = [], text, ding = false, failed = false, resend = [] } = parsed(args);
  const message = to.length > 0 || text !== undefined || ding;
  const asked = [message, failed, resend.length > 0];
  if (asked.filter(Boolean).length > 1) throw new UsageError('一次只能用一种，不能和别的一起用。', usage);
  if (failed) return { kind: 'failed' };
  if (resend.length > 0) {
    return { kind: 'resend', ids: [...new Set(resend.map(readId))] };
  }
  if (to.length === 0) throw new UsageError('没有写发给谁：请加 --to 用户名。', usage);
  if (text === undefined) throw new UsageError('没有写内容：请加 --text "内容"。', usage);
  return { kind: 'message', usernames: [...new Set(to)], text, ding };
}

function readId(text: string): string {
  const id = text.toLowerCase();
  if (uuidPattern.test(id)) return id;
  throw new UsageError(`“${text}”不是消息编号：编号是 36 个字符的 UUID。`, usage);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        to: { type: 'string', multiple: true },
        text: { type: 'string' },
        ding: { type: 'boolean' },
        failed: { type: 'boolean' },
        resend: { type: 'string', multiple: true },
      },
    }).values;
  } catch {
    throw new UsageError(`看不懂这些参数：${args.join(' ')}`, usage);
  }
}
