import { Type } from 'typebox';
import type { ZhezhengdingConfig } from '../../config/platform.ts';
import { guard, isRecord, maybe } from '../guard.ts';
import { parseJson } from '../json.ts';
import {
  batchesOf,
  checkDingText,
  checkKey,
  type Messages,
  msgOf,
  sendBatches,
  unconfigured,
} from '../messages.ts';
import { InvalidMessageError, PlatformError } from '../platform.ts';
import type { UpstreamAnswer } from '../upstream.ts';
import { readSuccess } from './errors.ts';
import type { Parameters } from './signature.ts';

const sendApi = '/message/workNotification';
const revokeApi = '/message/revoke';
const dingApi = '/gov/ding/isv/send.json';

/** What `data` holds differs between versions of the platform; nothing here depends on it. */
const readDone = guard(Type.Object({ content: Type.Object({ data: maybe(Type.Unknown()) }) }));

/** One signed call with the app token and the tenant. */
export type ZhezhengdingCall = <T>(
  api: string,
  parameters: Parameters,
  read: (answer: UpstreamAnswer) => T,
) => Promise<T>;

/**
 * Work notifications and DING of 浙政钉. Both must go through this platform's own APIs: those of standard DingTalk
 * reach nobody here.
 */
export function createZhezhengdingMessages(
  config: Pick<ZhezhengdingConfig, 'dingCreator' | 'messageApp'>,
  call: ZhezhengdingCall,
): Messages {
  return {
    async sendWorkNotification({ receivers, content, key }) {
      checkKey(key);
      const msg = msgOf(content);
      return {
        batches: await sendBatches(batchesOf(receivers), async (batch, index) => {
          // Revoking takes this id too, so it is the task's.
          const taskId = index === 0 ? key : `${key}-${index + 1}`;
          const parameters = [
            ['receiverIds', batch.join(',')],
            ['bizMsgId', taskId],
            ['msg', msg],
          ] as const;
          await call(sendApi, parameters, (received) => {
            const answer = withContent(received);
            // The first attempt's answer was lost: the message is out, which is what the caller wants.
            if (!isRepetition(answer.json)) readSuccess(sendApi, answer, readDone);
          });
          return { taskId, receivers: batch };
        }),
      };
    },

    async sendDing({ receivers, text, key, remindType = 'app' }) {
      checkKey(key);
      checkDingText(text);
      if (remindType === 'phone') {
        throw new InvalidMessageError('浙政钉的 DING 接口不支持电话提醒，请改用应用内（app）或短信（sms）');
      }
      const batches = batchesOf(receivers);
      const { dingCreator } = config;
      if (!dingCreator) {
        throw unconfigured(dingApi, 'ZHEZHENGDING_DING_CREATOR', 'DING 发送人的 accountId');
      }
      return {
        batches: await sendBatches(batches, (batch) => {
          const parameters = [
            ['creator', JSON.stringify({ accountId: dingCreator })],
            ['receivers', JSON.stringify(batch.map((accountId) => ({ accountId })))],
            ['body', JSON.stringify({ text })],
            ['bodyType', 'text'],
            ['notifyType', remindType],
            ['textType', 'plaintext'],
          ] as const;
          return call(dingApi, parameters, (answer) => ({
            dingId: dingIdOf(readSuccess(dingApi, withContent(answer), readDone).content.data),
            receivers: batch,
            rejected: [],
          }));
        }),
      };
    },

    async getMessageResult() {
      // No document names an API for it.
      return null;
    },

    async recallMessage(taskId) {
      const parameters = [
        ['msgType', 'workNotification'],
        ['msgApp', config.messageApp ?? ''],
        ['bizMsgId', taskId],
      ] as const;
      await call(revokeApi, parameters, (answer) => {
        const { data } = readSuccess(revokeApi, withContent(answer), readDone).content;
        if (String(data) === 'false') {
          throw new PlatformError(
            'fault',
            revokeApi,
            `浙政钉 ${revokeApi}：消息没有撤回，可能已过可撤回的时间`,
          );
        }
      });
    },
  };
}

/**
 * The document of the message APIs has `content` as a string, the message's id, where all others have an object;
 * some answers have that object as JSON in a string. All become the usual form.
 */
function withContent(answer: UpstreamAnswer): UpstreamAnswer {
  const { json } = answer;
  if (!isRecord(json) || typeof json.content !== 'string') return answer;
  const inner = parsed(json.content);
  const content = isRecord(inner) ? inner : { data: json.content, responseCode: '0' };
  return { ...answer, json: { ...json, content } };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Doubt: the document says that a repeated `bizMsgId` is refused as "重复", but names no code. */
function isRepetition(json: unknown): boolean {
  if (!isRecord(json)) return false;
  const content = isRecord(json.content) ? json.content : {};
  const refused = json.success === false || content.success === false;
  return refused && [content.responseMessage, json.Message, json.errorMsg].some(saysRepeated);
}

function saysRepeated(words: unknown): boolean {
  return typeof words === 'string' && words.includes('重复');
}

function dingIdOf(data: unknown): string | null {
  const id = isRecord(data) ? data.dingId : data;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
