import { type Api, ApiFailure } from './api.ts';
import { emulatedApps } from './credentials.ts';
import { oapi, oapiParams, ok, required, v1, v1Params } from './dingtalk-family.ts';
import { isRecord, jsonObject } from './http.ts';
import { people } from './people.ts';
import type { EmulatorState, SentMessage } from './state.ts';

const app = emulatedApps.dingtalk;
const dayMs = 24 * 60 * 60 * 1000;
/** Days end at midnight in China. */
const chinaOffsetMs = 8 * 60 * 60 * 1000;

/** The limits of one work notification, and of the notifications that one person gets in a day. */
const limits = { receivers: 100, departments: 20, msgBytes: 2048, perPersonPerDay: 500 };

/** Why a notification that the API took was not delivered, as `forbidden_list` names it. */
const forbidden = { tooMany: '143105', repeated: '143106' };

const members = people.filter((person) => person.standing === 'member').map((person) => person.id);
const invalid = (what: string) => new ApiFailure('40035', `不合法的参数：${what}`);

/** Who did not get a notification, and why; for `getsendresult`. */
interface Delivery {
  invalidUsers: string[];
  forbidden: { userid: string; code: string }[];
}
const deliveries = new WeakMap<SentMessage, Delivery>();

function assertAgent(params: Record<string, unknown>): void {
  if (required(params, 'agent_id') !== app.agentId) throw new ApiFailure('40056', '不合法的agentid');
}

function readMsg(value: unknown): Record<string, unknown> {
  const msg = typeof value === 'string' ? jsonObject(value) : value;
  if (!isRecord(msg) || typeof msg.msgtype !== 'string') throw invalid('msg 要有 msgtype');
  if (Buffer.byteLength(JSON.stringify(msg)) > limits.msgBytes) throw invalid('msg 超过 2048 字节');
  return msg;
}

function list(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').filter((part) => part !== '') : [];
}

function readReceivers(params: Record<string, unknown>): string[] {
  const users = list(params.userid_list);
  const departments = list(params.dept_id_list);
  if (users.length > limits.receivers) throw invalid('userid_list 最多 100 个');
  if (departments.length > limits.departments) throw invalid('dept_id_list 最多 20 个');
  if (params.to_all_user === true || params.to_all_user === 'true') return members;
  if (users.length === 0 && departments.length === 0) throw invalid('没有接收人');
  // Departments count as the whole organisation: the emulated one is too small to have a tree.
  return departments.length > 0 ? [...new Set([...users, ...members])] : [...new Set(users)];
}

/** Decides who gets a message: sends over a limit are answered with success and not delivered. */
function deliver(state: EmulatorState, receivers: string[], content: unknown): Delivery {
  const since = state.now() - ((state.now() + chinaOffsetMs) % dayMs);
  const today = state.messages.filter(
    (message) =>
      message.platform === 'dingtalk' &&
      message.kind === 'work-notification' &&
      Date.parse(message.sentAt) >= since,
  );
  const text = JSON.stringify(content);
  const delivery: Delivery = { invalidUsers: [], forbidden: [] };
  for (const userid of receivers) {
    const got = today.filter(
      (message) => message.receivers.includes(userid) && !message.undelivered.includes(userid),
    );
    if (!members.includes(userid)) delivery.invalidUsers.push(userid);
    else if (got.some((message) => JSON.stringify(message.content) === text)) {
      delivery.forbidden.push({ userid, code: forbidden.repeated });
    } else if (got.length >= limits.perPersonPerDay) {
      delivery.forbidden.push({ userid, code: forbidden.tooMany });
    }
  }
  return delivery;
}

function sentMessage(state: EmulatorState, id: string): SentMessage {
  const message = state.messageById('dingtalk', id);
  if (message?.kind !== 'work-notification') throw invalid('没有这个任务');
  return message;
}

const notificationApi = {
  family: oapi,
  method: 'POST',
  role: 'other',
  appToken: 'required',
  scope: 'qyapi_message_corpconversation_asyncsend',
} as const;

/** Work notifications and DING of DingTalk. */
export const dingtalkMessageApis: readonly Api[] = [
  {
    ...notificationApi,
    path: '/topapi/message/corpconversation/asyncsend_v2',
    handle(request, state) {
      const params = oapiParams(request);
      assertAgent(params);
      const content = readMsg(params.msg);
      const receivers = readReceivers(params);
      const delivery = deliver(state, receivers, content);
      const undelivered = [...delivery.invalidUsers, ...delivery.forbidden.map(({ userid }) => userid)];
      const message = state.send({
        platform: 'dingtalk',
        kind: 'work-notification',
        receivers,
        undelivered,
        content,
      });
      deliveries.set(message, delivery);
      return ok({ task_id: Number(message.id) });
    },
  },
  {
    ...notificationApi,
    path: '/topapi/message/corpconversation/getsendprogress',
    handle(request, state) {
      const params = oapiParams(request);
      assertAgent(params);
      sentMessage(state, required(params, 'task_id'));
      return ok({ progress: { progress_in_percent: 100, status: 2 } });
    },
  },
  {
    ...notificationApi,
    path: '/topapi/message/corpconversation/getsendresult',
    handle(request, state) {
      const params = oapiParams(request);
      assertAgent(params);
      const message = sentMessage(state, required(params, 'task_id'));
      const delivery = deliveries.get(message);
      return ok({
        send_result: {
          invalid_user_id_list: delivery?.invalidUsers ?? [],
          forbidden_user_id_list: delivery?.forbidden.map(({ userid }) => userid) ?? [],
          forbidden_list: delivery?.forbidden.map(({ userid, code }) => ({ userid, code, count: 1 })) ?? [],
          failed_user_id_list: [],
          read_user_id_list: [],
          unread_user_id_list: message.receivers.filter((id) => !message.undelivered.includes(id)),
          invalid_dept_id_list: [],
        },
      });
    },
  },
  {
    ...notificationApi,
    path: '/topapi/message/corpconversation/recall',
    handle(request, state) {
      const params = oapiParams(request);
      assertAgent(params);
      const message = sentMessage(state, required(params, 'msg_task_id'));
      if (state.now() - Date.parse(message.sentAt) > dayMs) throw invalid('发送超过 24 小时，不能撤回');
      message.recalled = true;
      return ok({});
    },
  },
  {
    family: v1,
    method: 'POST',
    path: '/v1.0/robot/ding/send',
    role: 'other',
    appToken: 'required',
    scope: 'qyapi_robot_sendmsg',
    handle(request, state) {
      const params = v1Params(request);
      const { robotCode, remindType, receiverUserIdList: receivers, content } = params;
      const refuse = (what: string) => new ApiFailure('invalidParameter', what, 400);
      if (robotCode !== app.robotCode) throw refuse('robotCode 不正确');
      if (remindType !== 1 && remindType !== 2 && remindType !== 3) throw refuse('remindType 要是 1、2 或 3');
      if (typeof content !== 'string' || content === '') throw refuse('缺少 content');
      if (!Array.isArray(receivers) || receivers.length === 0) throw refuse('缺少 receiverUserIdList');
      const ids = receivers.map(String);
      const undelivered = ids.filter((id) => !members.includes(id));
      const message = state.send({
        platform: 'dingtalk',
        kind: 'ding',
        receivers: ids,
        undelivered,
        content: { remindType, content },
      });
      return {
        status: 200,
        body: {
          openDingId: `emulated-ding-${message.id}`,
          failedList: Object.fromEntries(undelivered.map((id) => [id, '找不到该用户'])),
        },
      };
    },
  },
];
