/** Chinese texts of the server's codes. */
import type { AdminOverview, SignInSeries } from '../../../../contract/overview.ts';
import { dateTime, number } from '../../format.ts';

const outcomes: Readonly<Record<string, string>> = {
  'signed-in': '登录成功',
  'bind-required': '需要绑定',
  'no-permission': '没有权限',
  wait: '排队等候（一个人可能计多次）',
  fault: '出错',
  'sign-in-rejected': '被拒绝',
  'password-change-required': '要先改一次性密码',
  'password-rejected': '新密码被拒绝',
};

const reasons: Readonly<Record<string, string>> = {
  OUT_OF_RANGE: '不在应用的可见范围',
  LEFT_ORGANISATION: '已不在组织里',
  WRONG_ORGANISATION: '不是本组织的人',
  ACCOUNT_DISABLED: '账号已停用',
  BINDING_CLOSED: '没有账号，且未开放绑定',
  AUTH_CODE_INVALID: '授权码失效（小程序会自动重试一次）',
  PLATFORM_MISCONFIGURED: '平台配置有误',
  PLATFORM_FAULT: '平台故障',
  PLATFORM_BUSY: '平台繁忙或限流',
  PLATFORM_TIMEOUT: '平台没有按时回答',
  SERVER_BUSY: '服务繁忙',
  DATABASE_UNAVAILABLE: '数据库连不上',
  ACCOUNTS_UNAVAILABLE: '账号系统连不上',
  INTERNAL_ERROR: '服务异常',
  FORBIDDEN: '跨站请求被拒绝',
  INVALID_CREDENTIALS: '用户名或密码不对',
  LOCKED: '输错太多次，需要等待',
  TICKET_EXPIRED: '页面放得太久',
  PASSWORD_EXPIRED: '初始密码已过期',
  ADMINISTRATORS_ONLY: '不是管理员或审计员',
  TOO_SHORT: '太短',
  TOO_COMMON: '太常见',
  CONTAINS_USERNAME: '包含用户名',
  UNCHANGED: '和原来的相同',
};

/** `没有权限：不在应用的可见范围`, `密码登录，被拒绝：用户名或密码不对`. An unknown code is shown unchanged. */
export function outcomeText({ by, outcome, reason }: SignInSeries): string {
  const name = `${by === 'password' ? '密码登录，' : ''}${outcomes[outcome] ?? outcome}`;
  return reason === null ? name : `${name}：${reasons[reason] ?? reason}`;
}

export const faultText = (code: string): string => reasons[code] ?? code;

const kinds: Readonly<Record<string, string>> = {
  misconfigured: '配置有误',
  busy: '繁忙或限流',
  timeout: '没有按时回答',
  fault: '故障',
};

export const kindText = (kind: string): string => kinds[kind] ?? kind;

const apis: Readonly<Record<string, string>> = {
  '*': '全部接口',
  '/v1.0/oauth2/accessToken': '获取应用令牌',
  '/topapi/v2/user/getuserinfo': '免登：换取身份',
  '/topapi/v2/user/get': '读取人员',
  '/topapi/message/corpconversation/asyncsend_v2': '发送工作通知',
  '/topapi/message/corpconversation/recall': '撤回工作通知',
  '/topapi/message/corpconversation/getsendprogress': '查询发送进度',
  '/topapi/message/corpconversation/getsendresult': '查询送达结果',
  '/v1.0/robot/ding/send': '发送 DING',
  '/gettoken.json': '获取应用令牌',
  '/rpc/oauth2/dingtalk_app_user.json': '免登：换取身份',
  '/message/workNotification': '发送工作通知',
  '/message/revoke': '撤回工作通知',
};

/** The purpose of an API; null for an unknown one. */
export const apiName = (api: string): string | null => apis[api] ?? null;

/** The number of servers, and the days left of the certificate. */
export function stateText({ instances, platform, certificate }: AdminOverview): string {
  const servers = `${number(instances)} 个服务实例在运行，接入${platform === 'dingtalk' ? '钉钉' : '浙政钉'}。`;
  if (certificate === null) return `${servers}设置 PUBLIC_ORIGIN 后自动检查 HTTPS 证书。`;
  const { host, daysLeft, validTo } = certificate;
  const left =
    daysLeft === null ? '读不到' : `还有 ${number(Math.max(0, daysLeft))} 天（${dateTime(validTo)} 到期）`;
  return `${servers}${host} 的 HTTPS 证书${left}。`;
}
