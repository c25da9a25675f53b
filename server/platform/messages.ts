import { isPlatformId } from '../contract/constants.ts';
import {
  type DingAccepted,
  type Driver,
  InvalidMessageError,
  type MessageContent,
  PlatformError,
} from './platform.ts';

/** Rules of messages that both platforms share. */

/** The part of a driver that sends and recalls messages. */
export type Messages = Pick<
  Driver,
  'sendWorkNotification' | 'sendDing' | 'getMessageResult' | 'recallMessage'
>;

/** The calls of one platform, for checked messages. */
export interface MessageCalls {
  /**
   * @param msg the work notification's `msg` as JSON.
   * @returns the platform's id of it.
   */
  notify(receivers: readonly string[], msg: string, key: string): Promise<string>;
  ding(receivers: readonly string[], text: string): Promise<DingAccepted>;
}

/** Receivers of one call: DingTalk takes 100, 浙政钉 1000. Source: their documents of work notifications. */
export const batchSize = 100;

/** Bytes of UTF-8 that both platforms take as a work notification's `msg`. Source: as above. */
const maxMsgBytes = 2048;

/** Checks messages before they are sent. */
export function checking({
  notify,
  ding,
}: MessageCalls): Pick<Messages, 'sendWorkNotification' | 'sendDing'> {
  return {
    async sendWorkNotification({ receivers, content, key }) {
      checkKey(key);
      const msg = msgOf(content);
      checkReceivers(receivers);
      return { taskId: await notify(receivers, msg, key) };
    },
    async sendDing({ receivers, text }) {
      checkDingText(text);
      checkReceivers(receivers);
      return ding(receivers, text);
    },
  };
}

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

/** @throws InvalidMessageError for a key that 浙政钉 may not take as `bizMsgId`. */
function checkKey(key: string): void {
  if (!/^[\w.:-]{1,64}$/.test(key)) {
    throw new InvalidMessageError('消息的 key 应为 1 到 64 个字母、数字或 _ . : -，同一条消息每次相同');
  }
}

/** @throws InvalidMessageError for no receivers, too many receivers, or an invalid id. */
function checkReceivers(receivers: readonly string[]): void {
  if (receivers.length === 0) throw new InvalidMessageError('没有接收人，请至少选择一位');
  if (receivers.length > batchSize) {
    throw new InvalidMessageError(`一次最多发给 ${batchSize} 位接收人；人多时写进发件箱，由它分批`);
  }
  if (!receivers.every(isPlatformId)) {
    throw new InvalidMessageError('接收人的平台 id 不能为空，也不能含逗号或空格');
  }
}

/** The error of a message that needs a variable which is not set. */
export function unconfigured(api: string, variable: string, what: string): PlatformError {
  const remedy = `没有配置 ${variable}（${what}）：请填入服务端的环境变量或 .env，然后重启`;
  return new PlatformError('misconfigured', api, `不能发送消息：${remedy}`, { remedy });
}
