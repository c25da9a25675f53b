import { beijingTime } from '../../audit/words.ts';
import type { MessageState, UnsentMessage } from '../../messages/messages.ts';
import type { MessageResult } from '../../platform/platform.ts';
import { programWithOptions } from '../command.ts';

/** Platform id → the name that the output shows. */
export type Labels = ReadonlyMap<string, string>;

/** The state of a message, as a line in Chinese. */
export function describe({ id, status, receivers, lastError }: MessageState, labels: Labels): string {
  const to = named(receivers, labels);
  const why = lastError === null ? '' : `：${lastError}`;
  switch (status) {
    case 'SENT':
      return `✔ 平台已收下，发给${to}${lastError === null ? '' : `（${lastError}）`}`;
    case 'FAILED':
      return `✘ 没有发给${to}${why}`;
    case 'UNCERTAIN':
      return `？不确定是否已发给${to}${why}。请先向收件人核实，不要马上重发（消息 ${id}）。`;
    case 'PENDING':
    case 'SENDING':
      return `… 还没有发给${to}${why}。消息已存好，服务运行时会接着发。`;
  }
}

/** Who did not get a message that the platform accepted, and why. */
export function undelivered({ invalid, forbidden, failed }: MessageResult, labels: Labels): string[] {
  const lines: [readonly string[], string][] = [
    [invalid, '不在组织里，或不在应用的可见范围内'],
    [failed, '平台投递失败'],
    ...[...new Set(forbidden.map(({ code }) => code))].map((code): [string[], string] => [
      forbidden.filter((one) => one.code === code).map(({ id }) => id),
      limits[code] ?? `平台的限制（${code}）`,
    ]),
  ];
  return lines
    .filter(([ids]) => ids.length > 0)
    .map(([ids, why]) => `  没有送达${named(ids, labels)}：${why}`);
}

/** The codes of `forbidden_list` in DingTalk's getsendresult. */
const limits: Record<string, string> = {
  143105: '此人今天收到的通知已到上限（500 条）',
  143106: '同样的内容，同一个人一天只能收到一次',
};

/** Up to five people by name, more by their number. */
function named(ids: readonly string[], labels: Labels): string {
  return ids.length > 5 ? ` ${ids.length} 人` : ` ${ids.map((id) => labels.get(id) ?? id).join('、')}`;
}

const kinds: Record<MessageState['kind'], string> = { WORK_NOTIFICATION: '工作通知', DING: 'DING' };

/** The messages that `--resend` accepts, and what to check first. */
export function listUnsent(messages: readonly UnsentMessage[], total: number, labels: Labels): string[] {
  if (total === 0) return ['没有发送失败的消息，也没有不确定的消息。'];
  const shown = messages.length < total ? `，这里是最近的 ${messages.length} 条` : '';
  return [
    `没有发出、或不确定是否已发出的消息共 ${total} 条${shown}：`,
    ...messages.map((message) => unsent(message, labels)),
    `改好原因后重发：${programWithOptions} notify --resend 编号（可以写多次）。`,
    '不确定的，请先向收件人核实没有收到：工作通知多数会自动重发；DING 重发会再响一次。',
  ];
}

function unsent(message: UnsentMessage, labels: Labels): string {
  const { id, kind, status, createdAt, receivers, lastError, excerpt } = message;
  return [
    `${status === 'FAILED' ? '✘ 没有发出' : '？不确定'}  ${beijingTime(createdAt)}  ${kinds[kind]}“${excerpt}”`,
    `  发给${named(receivers, labels)}`,
    ...(lastError === null ? [] : [`  原因：${lastError}`]),
    `  编号：${id}`,
  ].join('\n');
}

/** Why a message cannot be resent; null if it can. @param state null if there is no such message */
export function notResendable(id: string, state: MessageState | null): string | null {
  if (state === null) return `找不到编号为 ${id} 的消息：请用 --failed 查编号。`;
  if (state.takenBack) return `${id} 已被撤回，不再发送。要通知的话，请另发一条。`;
  switch (state.status) {
    case 'SENT':
      return `${id} 已经发出，不用重发。`;
    case 'PENDING':
    case 'SENDING':
      return `${id} 正在等待发送，服务运行时会自己发，不用重发。`;
    case 'FAILED':
    case 'UNCERTAIN':
      return null;
  }
}
