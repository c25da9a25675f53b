import { type TSchema, Type } from 'typebox';
import type { DingTalkConfig } from '../../config/platform.ts';
import { type Guard, guard, IdLike, IntegerLike, isRecord, maybe } from '../answer.ts';
import { checking, type Messages, unconfigured } from '../messages.ts';
import { InvalidMessageError, type MessageResult } from '../platform.ts';

/** Paths, fields and numbers below: DingTalk's documents of work notifications (工作通知) and of the robot's DING. */

const sendApi = '/topapi/message/corpconversation/asyncsend_v2';
const progressApi = '/topapi/message/corpconversation/getsendprogress';
const resultApi = '/topapi/message/corpconversation/getsendresult';
const recallApi = '/topapi/message/corpconversation/recall';
const dingApi = '/v1.0/robot/ding/send';

/** Rings in the app; 2 is a text message, 3 a telephone call. */
const remindType = 1;

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

/** One call of an old or a new API with the app token. */
export type DingTalkCall = <T>(
  api: string,
  body: object,
  read: Guard<T>,
  placeMs?: number | null,
) => Promise<T>;

/** Work notifications, in the name of the app (`agentId`), and DING, in the name of its robot (`robotCode`). */
export function createMessages(
  config: Pick<DingTalkConfig, 'agentId' | 'robotCode'>,
  { callOld, callNew }: { callOld: DingTalkCall; callNew: DingTalkCall },
): Messages {
  function agentId(api: string): number | string {
    if (!config.agentId) throw unconfigured(api, 'DINGTALK_AGENT_ID', '钉钉应用的 AgentId');
    return numeric(config.agentId);
  }

  return {
    ...checking({
      async notify(receivers, msg) {
        const body = { agent_id: agentId(sendApi), userid_list: receivers.join(','), msg: JSON.parse(msg) };
        return String((await callOld(sendApi, body, readSent)).task_id);
      },

      async ding(receivers, text) {
        const { robotCode } = config;
        if (!robotCode) throw unconfigured(dingApi, 'DINGTALK_ROBOT_CODE', '钉钉应用的机器人编码 RobotCode');
        const { openDingId, failedList } = await callNew(
          dingApi,
          { robotCode, remindType, receiverUserIdList: receivers, content: text },
          readDing,
        );
        return { dingId: openDingId, rejected: receivers.filter(isIn(failedList)) };
      },
    }),

    async getMessageResult(taskId) {
      const task = { agent_id: agentId(resultApi), task_id: checkedTask(taskId) };
      const { progress } = await callOld(progressApi, task, readProgress);
      if (Number(progress.status) !== done) return { ...empty, done: false };
      return resultOf((await callOld(resultApi, task, readResult)).send_result);
    },

    async recallMessage(taskId) {
      const body = { agent_id: agentId(recallApi), msg_task_id: checkedTask(taskId) };
      await callOld(recallApi, body, readRecalled);
    },
  };
}

const empty: Omit<MessageResult, 'done'> = { read: [], unread: [], invalid: [], forbidden: [], failed: [] };

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

/** `failedList` is a map from user id to reason; a list of ids is accepted too. */
function isIn(failedList: unknown): (id: string) => boolean {
  if (Array.isArray(failedList))
    return (id) => failedList.some((entry) => isId(entry) && String(entry) === id);
  return (id) => isRecord(failedList) && Object.hasOwn(failedList, id);
}

/** `String` throws for an object whose `toString` is no function. */
function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** @throws InvalidMessageError for an invalid task id, such as one of 浙政钉. */
function checkedTask(taskId: string): number | string {
  if (!/^\d{1,20}$/.test(taskId)) throw new InvalidMessageError('不是钉钉工作通知的任务 id');
  return numeric(taskId);
}

/** Documented as numbers; one that is too long for a number keeps its digits as a string. */
function numeric(id: string): number | string {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : id;
}
