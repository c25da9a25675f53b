import { type TSchema, Type } from 'typebox';
import type { DingTalkConfig } from '../../config/platform.ts';
import { guard, IdLike, IntegerLike, isRecord, maybe } from '../guard.ts';
import {
  batchesOf,
  checkDingText,
  checkKey,
  type Messages,
  msgOf,
  sendBatches,
  unconfigured,
} from '../messages.ts';
import { InvalidMessageError, type MessageResult } from '../platform.ts';

const sendApi = '/topapi/message/corpconversation/asyncsend_v2';
const progressApi = '/topapi/message/corpconversation/getsendprogress';
const resultApi = '/topapi/message/corpconversation/getsendresult';
const recallApi = '/topapi/message/corpconversation/recall';
const dingApi = '/v1.0/robot/ding/send';

const remindTypes = { app: 1, sms: 2, phone: 3 } as const;

const readSent = guard(Type.Object({ errcode: IntegerLike, task_id: IdLike }));

const readProgress = guard(
  Type.Object({
    errcode: IntegerLike,
    progress: Type.Object({ status: IntegerLike }),
  }),
);
/** `progress.status`: 0 not begun, 1 under way, 2 done. */
const done = 2;

const list = <const Schema extends TSchema>(schema: Schema) => maybe(Type.Array(schema));

const readResult = guard(
  Type.Object({
    errcode: IntegerLike,
    send_result: Type.Object({
      invalid_user_id_list: list(IdLike),
      forbidden_user_id_list: list(IdLike),
      forbidden_list: list(Type.Object({ userid: IdLike, code: maybe(IdLike) })),
      failed_user_id_list: list(IdLike),
      read_user_id_list: list(IdLike),
      unread_user_id_list: list(IdLike),
    }),
  }),
);

const readRecalled = guard(Type.Object({ errcode: IntegerLike }));

const readDing = guard(
  Type.Object({
    openDingId: Type.String({ minLength: 1 }),
    failedList: Type.Optional(Type.Unknown()),
  }),
);

/** One call of an old or a new API with the app token; `read` gets the answer after its errors were thrown. */
export type DingTalkCall = <T>(api: string, body: object, read: (json: unknown) => T) => Promise<T>;

/** Work notifications, in the name of the app (`agentId`), and DING, in the name of its robot (`robotCode`). */
export function createDingTalkMessages(
  config: Pick<DingTalkConfig, 'agentId' | 'robotCode'>,
  { callOld, callNew }: { callOld: DingTalkCall; callNew: DingTalkCall },
): Messages {
  function agentId(api: string): number | string {
    if (!config.agentId) throw unconfigured(api, 'DINGTALK_AGENT_ID', '钉钉应用的 AgentId');
    return numeric(config.agentId);
  }

  return {
    async sendWorkNotification({ receivers, content, key }) {
      checkKey(key);
      const msg: unknown = JSON.parse(msgOf(content));
      const batches = batchesOf(receivers);
      const agent_id = agentId(sendApi);
      return {
        batches: await sendBatches(batches, (batch) =>
          callOld(sendApi, { agent_id, userid_list: batch.join(','), msg }, (json) => ({
            taskId: String(readSent(sendApi, json).task_id),
            receivers: batch,
          })),
        ),
      };
    },

    async sendDing({ receivers, text, key, remindType = 'app' }) {
      checkKey(key);
      checkDingText(text);
      const batches = batchesOf(receivers);
      const { robotCode } = config;
      if (!robotCode) throw unconfigured(dingApi, 'DINGTALK_ROBOT_CODE', '钉钉应用的机器人编码 RobotCode');
      return {
        batches: await sendBatches(batches, (batch) =>
          callNew(
            dingApi,
            { robotCode, remindType: remindTypes[remindType], receiverUserIdList: batch, content: text },
            (json) => {
              const { openDingId, failedList } = readDing(dingApi, json);
              return { dingId: openDingId, receivers: batch, rejected: batch.filter(isIn(failedList)) };
            },
          ),
        ),
      };
    },

    async getMessageResult(taskId) {
      const task = { agent_id: agentId(resultApi), task_id: checkedTask(taskId) };
      const { status } = await callOld(progressApi, task, (json) => readProgress(progressApi, json).progress);
      if (Number(status) !== done) return { ...nobody, done: false };
      return callOld(resultApi, task, (json) => resultOf(readResult(resultApi, json).send_result));
    },

    async recallMessage(taskId) {
      const body = { agent_id: agentId(recallApi), msg_task_id: checkedTask(taskId) };
      await callOld(recallApi, body, (json) => readRecalled(recallApi, json));
    },
  };
}

const nobody: Omit<MessageResult, 'done'> = { read: [], unread: [], invalid: [], forbidden: [], failed: [] };

type SendResult = ReturnType<typeof readResult>['send_result'];

function resultOf(result: SendResult): MessageResult {
  const forbidden = (result.forbidden_list ?? []).map(({ userid, code }) => ({
    id: String(userid),
    code: String(code ?? 'unknown'),
  }));
  const known = new Set(forbidden.map(({ id }) => id));
  const others = ids(result.forbidden_user_id_list).filter((id) => !known.has(id));
  return {
    done: true,
    read: ids(result.read_user_id_list),
    unread: ids(result.unread_user_id_list),
    invalid: ids(result.invalid_user_id_list),
    forbidden: [...forbidden, ...others.map((id) => ({ id, code: 'unknown' }))],
    failed: ids(result.failed_user_id_list),
  };
}

function ids(values: readonly (string | number)[] | null | undefined): string[] {
  return (values ?? []).map(String);
}

/** `failedList` is a map from user id to reason; a list of ids is understood too. */
function isIn(failedList: unknown): (id: string) => boolean {
  if (Array.isArray(failedList))
    return (id) => failedList.some((entry) => isId(entry) && String(entry) === id);
  return (id) => isRecord(failedList) && Object.hasOwn(failedList, id);
}

/** Not everything has a text: `String` throws for an object whose `toString` is none. */
function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** @throws InvalidMessageError for what never was a task id, such as a 浙政钉 one. */
function checkedTask(taskId: string): number | string {
  if (!/^\d{1,20}$/.test(taskId)) throw new InvalidMessageError('不是钉钉工作通知的任务 id');
  return numeric(taskId);
}

/** Documented as numbers; one that is too long for a number keeps its digits as a string. */
function numeric(id: string): number | string {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : id;
}
