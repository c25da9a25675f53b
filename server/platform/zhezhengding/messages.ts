import { Type } from 'typebox';
import type { ZhezhengdingConfig } from '../../config/platform.ts';
import { type Guard, isRecord, maybe } from '../answer.ts';
import { checking, type Messages, unconfigured } from '../messages.ts';
import { PlatformError } from '../platform.ts';
import { dataGuard, sendApi } from './answer.ts';

/** Paths and fields: 浙政钉's documents of messages and DING. */
const revokeApi = '/message/revoke';
const dingApi = '/gov/ding/isv/send.json';

/** The form of `data` differs between versions of the platform: it is read without a schema. */
const readData = dataGuard(maybe(Type.Unknown()));

/** One signed call with the app token and the tenant. */
export type ZhezhengdingCall = <T>(
  api: string,
  parameters: Record<string, string>,
  read: Guard<T>,
  placeMs?: number | null,
) => Promise<T>;

/** Work notifications and DING of 浙政钉, by its own APIs: those of standard DingTalk do not reach its people. */
export function createMessages(
  config: Pick<ZhezhengdingConfig, 'dingCreator' | 'messageApp'>,
  call: ZhezhengdingCall,
): Messages {
  return {
    ...checking({
      async notify(receivers, msg, key) {
        await call(sendApi, { receiverIds: receivers.join(','), bizMsgId: key, msg }, () => {});
        // The recall API takes this id too, so it is the `taskId`.
        return key;
      },

      async ding(receivers, text) {
        const { dingCreator } = config;
        if (!dingCreator) {
          throw unconfigured(dingApi, 'ZHEZHENGDING_DING_CREATOR', 'DING 发送人的 accountId');
        }
        const parameters = {
          creator: JSON.stringify({ accountId: dingCreator }),
          receivers: JSON.stringify(receivers.map((accountId) => ({ accountId }))),
          body: JSON.stringify({ text }),
          bodyType: 'text',
          notifyType: 'app',
          textType: 'plaintext',
        };
        return { dingId: dingIdOf(await call(dingApi, parameters, readData)), rejected: [] };
      },
    }),

    // No documented API.
    getMessageResult: async () => null,

    async recallMessage(taskId) {
      const parameters = {
        msgType: 'workNotification',
        msgApp: config.messageApp ?? '',
        bizMsgId: taskId,
      };
      await call(revokeApi, parameters, (api, json) => {
        const recalled = readData(api, json);
        if (recalled === false || recalled === 'false') {
          throw new PlatformError('fault', api, `浙政钉 ${api}：消息没有撤回，可能已过可撤回的时间`);
        }
      });
    },
  };
}

function dingIdOf(data: unknown): string | null {
  const id = isRecord(data) ? data.dingId : data;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
