import { type Api, ApiFailure } from './api.ts';
import { isRecord } from './http.ts';
import { people } from './people.ts';
import { param, tenantParams } from './zhezhengding.ts';
import { success, zhezhengding } from './zhezhengding-family.ts';
import { zhezhengdingParams } from './zhezhengding-signature.ts';

const members = people.filter((person) => person.standing === 'member').map((person) => person.id);
const undeliverable = (receivers: string[]) => receivers.filter((id) => !members.includes(id));

const messageApi = {
  family: zhezhengding,
  method: 'POST',
  role: 'other',
  appToken: 'optional',
} as const;

/** A parameter that holds JSON; an ApiFailure when it does not. */
function jsonParam(params: URLSearchParams, name: string): unknown {
  return parsed(param(params, name), name);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure('-1', `参数 ${name} 不是 JSON`);
  }
}

function accountId(value: unknown): string {
  const id = isRecord(value) ? value.accountId : undefined;
  if (typeof id !== 'string' && typeof id !== 'number') throw new ApiFailure('-1', '缺少 accountId');
  return String(id);
}

/** Receivers come as a JSON list, or as the parameter repeated with one JSON object (or list) each. */
function dingReceivers(params: URLSearchParams): string[] {
  param(params, 'receivers');
  return params.getAll('receivers').flatMap((text) => {
    const value = parsed(text, 'receivers');
    return (Array.isArray(value) ? value : [value]).map(accountId);
  });
}

/** Work notifications, DING and event registration of 浙政钉. */
export const zhezhengdingMessageApis: readonly Api[] = [
  {
    ...messageApi,
    path: '/message/workNotification',
    scope: '工作通知',
    handle(request, state) {
      const params = tenantParams(request);
      const receivers = (params.get('receiverIds') ?? '').split(',').filter((id) => id !== '');
      const everyone = (params.get('organizationCodes') ?? '') !== '';
      if (receivers.length === 0 && !everyone) throw new ApiFailure('-1', '缺少参数 receiverIds');
      const content = jsonParam(params, 'msg');
      if (!isRecord(content) || typeof content.msgtype !== 'string') {
        throw new ApiFailure('-1', '参数 msg 要有 msgtype');
      }
      const bizMsgId = params.get('bizMsgId');
      // The document says that a repeated id is refused as "重复", and names no code.
      if (
        bizMsgId &&
        state.messages.some((one) => one.platform === 'zhezhengding' && one.bizMsgId === bizMsgId)
      ) {
        throw new ApiFailure('-1', 'bizMsgId 重复');
      }
      const all = everyone ? [...new Set([...receivers, ...members])] : receivers;
      const message = state.send({
        platform: 'zhezhengding',
        kind: 'work-notification',
        receivers: all,
        undelivered: undeliverable(all),
        content,
        bizMsgId,
      });
      return success({ msgId: message.id });
    },
  },
  {
    ...messageApi,
    path: '/message/revoke',
    scope: '工作通知',
    handle(request, state) {
      const bizMsgId = param(tenantParams(request), 'bizMsgId');
      const message = state.messages.find(
        (one) => one.platform === 'zhezhengding' && one.bizMsgId === bizMsgId,
      );
      if (!message) throw new ApiFailure('-1', '没有这条消息');
      message.recalled = true;
      return success(undefined);
    },
  },
  {
    ...messageApi,
    path: '/gov/ding/isv/send.json',
    scope: 'DING',
    handle(request, state) {
      const params = tenantParams(request);
      accountId(jsonParam(params, 'creator'));
      const body = jsonParam(params, 'body');
      const bodyType = param(params, 'bodyType');
      const notifyType = param(params, 'notifyType');
      const textType = param(params, 'textType');
      const receivers = dingReceivers(params);
      const message = state.send({
        platform: 'zhezhengding',
        kind: 'ding',
        receivers,
        undelivered: undeliverable(receivers),
        content: { body, bodyType, notifyType, textType },
      });
      return success({ dingId: message.id });
    },
  },
  {
    ...messageApi,
    path: '/openplatform/message/register_event_callback',
    scope: '事件订阅',
    handle(request, state) {
      const params = zhezhengdingParams(request);
      const eventTag = param(params, 'eventTag');
      const callbackUrl = param(params, 'callbackUrl');
      if (!URL.canParse(callbackUrl)) throw new ApiFailure('-1', 'callbackUrl 不是网址');
      state.registerCallback(eventTag, callbackUrl);
      return success(undefined);
    },
  },
];
