import {
  type DingBatch,
  InvalidMessageError,
  type MessageContent,
  PartlySentError,
  type Platform,
  PlatformError,
  type WorkNotificationBatch,
} from './platform.ts';

/** The parts of messages that both platforms have in common: what may be sent, and in how many calls. */

/** What a driver's messages module gives to its Platform. */
export type Messages = Pick<
  Platform,
  'sendWorkNotification' | 'sendDing' | 'getMessageResult' | 'recallMessage'
>;

/**
 * Receivers of one call. DingTalk takes 100; 浙政钉 is said to take 1000, but nothing is gained by finding out.
 */
export const batchSize = 100;

/** Both platforms: a work notification's `msg`, as JSON, in bytes of UTF-8. */
const maxMsgBytes = 2048;

/**
 * The `msg` of a work notification as JSON, the same on both platforms.
 *
 * @throws InvalidMessageError when it is empty or too long.
 */
export function msgOf(content: MessageContent): string {
  if (content.text.trim() === '') throw new InvalidMessageError('消息没有内容，请填写要发送的文字');
  if (content.type === 'markdown' && content.title.trim() === '') {
    throw new InvalidMessageError('Markdown 消息没有标题：标题会显示在消息列表里，请填写');
  }
  const msg =
    content.type === 'text'
      ? { msgtype: 'text', text: { content: content.text } }
      : { msgtype: 'markdown', markdown: { title: content.title, text: content.text } };
  const json = JSON.stringify(msg);
  const bytes = Buffer.byteLength(json);
  if (bytes > maxMsgBytes) {
    throw new InvalidMessageError(
      `消息太长：平台最多接受 ${maxMsgBytes} 字节（约 600 个汉字），现在是 ${bytes} 字节，请缩短，或只发摘要和链接`,
    );
  }
  return json;
}

/** @throws InvalidMessageError when there is nothing to say. */
export function checkDingText(text: string): void {
  if (text.trim() === '') throw new InvalidMessageError('DING 没有内容，请填写要发送的文字');
}

/** The caller's id of a message becomes a parameter and, with a number, the id of each batch. */
export function checkKey(key: string): void {
  if (!/^[\w.:-]{1,64}$/.test(key)) {
    throw new InvalidMessageError('消息的 key 应为 1 到 64 个字母、数字或 _ . : -，同一条消息每次相同');
  }
}

/**
 * The receivers without repetitions, in batches. The order is the caller's, so that the same receivers always
 * make the same batches.
 *
 * @throws InvalidMessageError for no receivers, and for what cannot be an id.
 */
export function batchesOf(receivers: readonly string[]): string[][] {
  const unique = [...new Set(receivers)];
  if (unique.length === 0) throw new InvalidMessageError('没有接收人，请至少选择一位');
  // The platforms take ids joined by commas: one inside an id would send to somebody else.
  if (!unique.every((id) => /^[^\s,]{1,128}$/.test(id))) {
    throw new InvalidMessageError('接收人的平台 id 不能为空，也不能含逗号或空格');
  }
  return Array.from({ length: Math.ceil(unique.length / batchSize) }, (_, index) =>
    unique.slice(index * batchSize, (index + 1) * batchSize),
  );
}

/**
 * Sends batch by batch, and stops at the first failure.
 *
 * @throws PlatformError when the first batch fails; PartlySentError when a later one does.
 */
export async function sendBatches<Batch extends WorkNotificationBatch | DingBatch>(
  batches: readonly string[][],
  send: (receivers: string[], index: number) => Promise<Batch>,
): Promise<Batch[]> {
  const sent: Batch[] = [];
  for (const [index, receivers] of batches.entries()) {
    try {
      sent.push(await send(receivers, index));
    } catch (error) {
      if (sent.length === 0 || !(error instanceof PlatformError)) throw error;
      throw new PartlySentError(error, sent);
    }
  }
  return sent;
}

/** What an administrator must fill in before messages can be sent. */
export function unconfigured(api: string, variable: string, what: string): PlatformError {
  const remedy = `没有配置 ${variable}（${what}）：请填入服务端的环境变量或 .env，然后重启`;
  return new PlatformError('misconfigured', api, `不能发送消息：${remedy}`, { remedy });
}
