import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { DingTalkCallback } from '../config/events.ts';
import { faultResponses } from '../contract/errors.ts';
import { forAnybody, strict, text } from '../contract/schema.ts';
import {
  createEventCipher,
  type EventCipher,
  EventSignatureError,
} from '../platform/dingtalk/event-cipher.ts';
import { AppError } from '../plugins/errors.ts';
import { readDingTalkEvent } from './dingtalk-event.ts';
import type { Inbox } from './inbox.ts';
import { readPersonHints } from './zhezhengding-event.ts';

export interface EventRoutesOptions {
  /** Null: the route does not exist. */
  dingtalk: DingTalkCallback | null;
  zhezhengding: boolean;
  inbox: Inbox;
  /** Called when there are new rows. */
  stored: () => void;
}

const tags = ['平台事件'];

/**
 * The platforms wait 1.5 s for an answer. If the row is not written within this time, they are told to send the event
 * again. A late write does no harm, because the repeat is recognised.
 */
const storeWithinMs = 1000;

/** The types of events that are stored; after each of them the person is checked. */
const personTypes = new Set(['user_add_org', 'user_modify_org', 'user_leave_org']);

const encryptedAnswer = strict({
  msg_signature: Type.String(),
  timeStamp: Type.String(),
  nonce: Type.String(),
  encrypt: Type.String(),
});

const plainAnswer = strict({ success: Type.Boolean(), errcode: Type.String(), errmsg: Type.String() });

/** Routes for the platforms' events: an event is stored, answered, and handled afterwards. */
export const eventRoutes: FastifyPluginAsyncTypebox<EventRoutesOptions> = async (app, options) => {
  if (options.dingtalk !== null)
    await app.register(dingtalkRoute, { ...options, callback: options.dingtalk });
  if (options.zhezhengding) await app.register(zhezhengdingRoute, options);
};

const dingtalkRoute: FastifyPluginAsyncTypebox<
  Omit<EventRoutesOptions, 'dingtalk'> & { callback: DingTalkCallback }
> = async (app, { callback, inbox, stored }) => {
  const { token, aesKey, owners, corpId } = callback;
  const ciphers = owners.map((ownerKey) => createEventCipher({ token, aesKey, ownerKey }));

  app.post(
    '/api/events/dingtalk',
    {
      schema: {
        ...forAnybody,
        tags,
        summary: '钉钉事件订阅的回调：验签、解密、入库，1.5 秒内应答',
        querystring: Type.Object({
          signature: Type.Optional(text(0, 128)),
          msg_signature: Type.Optional(text(0, 128)),
          timestamp: text(1, 32),
          nonce: text(1, 128),
        }),
        body: Type.Object({ encrypt: text(1, 64 * 1024) }),
        response: { 200: encryptedAnswer, ...faultResponses },
      },
    },
    async (request) => {
      const { signature, msg_signature, timestamp, nonce } = request.query;
      const sealed = { signature: msg_signature ?? signature ?? '', timestamp, nonce };
      const { cipher, message, defect } = open(ciphers, { ...sealed, encrypt: request.body.encrypt });
      if (cipher === undefined) {
        request.log.warn({ defect: defect.defect }, defect.message);
        throw new AppError('FORBIDDEN', { cause: defect });
      }
      const event = readDingTalkEvent(message, timestamp);
      if (event === null) request.log.warn('an event of DingTalk has no type');
      else if (event.corpId !== null && event.corpId !== corpId) {
        request.log.warn({ type: event.type }, 'an event of another organisation was ignored');
      } else if (personTypes.has(event.type)) {
        if ((await inTime(inbox.storeDingTalk(event))) > 0) stored();
      } else if (event.type !== 'check_url') request.log.info({ type: event.type }, 'event ignored');
      // Ignored events are acknowledged too; DingTalk would send them again.
      return cipher.encryptSuccess(timestamp, nonce);
    },
  );
};

type Opened =
  | { cipher: EventCipher; message: string; defect?: never }
  | { cipher?: never; message?: never; defect: EventSignatureError };

/** Tries both owners: an event is for the app or for the organisation, depending on the kind of subscription. */
function open(ciphers: readonly EventCipher[], event: Parameters<EventCipher['decrypt']>[0]): Opened {
  let defect = new EventSignatureError('owner');
  for (const cipher of ciphers) {
    try {
      return { cipher, message: cipher.decrypt(event) };
    } catch (error) {
      if (!(error instanceof EventSignatureError)) throw error;
      defect = error;
    }
  }
  return { defect };
}

const zhezhengdingRoute: FastifyPluginAsyncTypebox<EventRoutesOptions> = async (app, { inbox, stored }) => {
  // The format of these callbacks is not documented: every body is read as text.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.post(
    '/api/events/zhezhengding',
    {
      // Anybody can post here. Each person is checked at most once in ten minutes; this limit protects the database.
      config: { requestsPerMinute: 600 },
      schema: {
        ...forAnybody,
        tags,
        summary: '浙政钉人员变动的回调：内容不可信，只当作“该重新核对谁”的提示',
        response: { 200: plainAnswer, ...faultResponses },
      },
    },
    async (request) => {
      const hints = readPersonHints(typeof request.body === 'string' ? request.body : '');
      if ((await inTime(inbox.storeHints(hints))) > 0) stored();
      return { success: true, errcode: '0', errmsg: '成功' };
    },
  );
};

/** @throws AppError if the database does not answer in time. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AppError('DATABASE_UNAVAILABLE')), storeWithinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
