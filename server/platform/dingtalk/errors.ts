import { Type } from 'typebox';
import { busy, busySeconds } from '../answer.ts';
import { TokenRefusedError } from '../app-token.ts';
import { guard, IntegerLike, isRecord, MaybeText, maybe, safeCode, safeId } from '../guard.ts';
import { PlatformError } from '../platform.ts';
import type { UpstreamAnswer } from '../upstream.ts';

const text = Type.Union([Type.String(), Type.Integer()]);

/** What the old APIs wrap everything in, with HTTP 200. */
const readOldEnvelope = guard(
  Type.Object({
    errcode: IntegerLike,
    errmsg: MaybeText,
    sub_code: maybe(text),
    subCode: maybe(text),
    sub_msg: MaybeText,
    request_id: MaybeText,
  }),
);

/** What the new APIs (`api.dingtalk.com/v1.0/…`) answer with HTTP 4xx. */
const readNewFailure = guard(
  Type.Object({
    code: Type.String({ minLength: 1 }),
    message: MaybeText,
    requestid: MaybeText,
    accessdenieddetail: maybe(Type.Object({ requiredScopes: maybe(Type.Array(Type.String())) })),
  }),
);

/** A refusal, told apart from how the old and the new APIs write it. */
interface Refusal {
  api: string;
  code: string;
  /** The platform's words: searched for the IP and the permission's name, never shown or logged. */
  words: string;
  requestId: string | null;
}

/**
 * Passes when an answer of either kind of API is not a failure; its shape is for the caller to check. The shape
 * decides, not the address: the gateway in front of the old APIs may answer as the new ones do.
 *
 * @throws PlatformError by the table of error codes.
 */
export function checkAnswer(api: string, { status, json }: UpstreamAnswer): void {
  const refusal =
    isRecord(json) && 'errcode' in json
      ? oldRefusal(api, json)
      : status >= 400
        ? newRefusal(api, json)
        : null;
  if (refusal !== null) throw errorOf(refusal);
  if (status >= 400) throw new PlatformError('fault', api, `钉钉 ${api} 答 HTTP ${status}，请稍后重试`);
}

function oldRefusal(api: string, json: unknown): Refusal | null {
  const envelope = readOldEnvelope(api, json);
  const errcode = String(Number(envelope.errcode));
  if (errcode === '0') return null;
  const words = `${envelope.errmsg ?? ''} ${envelope.sub_msg ?? ''}`;
  // 88 is only a wrapper; its sub-code is in a field, in the text, or in both.
  const inner = envelope.sub_code ?? envelope.subCode ?? /subcode=([\w.-]+)/i.exec(words)?.[1];
  const code = errcode === '88' && inner ? String(inner) : errcode;
  return { api, code: safeCode(code), words, requestId: safeId(envelope.request_id) };
}

function newRefusal(api: string, json: unknown): Refusal {
  const failure = readNewFailure(api, json);
  const scopes = failure.accessdenieddetail?.requiredScopes ?? [];
  const words = `${failure.message ?? ''} {requiredScopes=[${scopes.join(',')}]}`;
  return { api, code: safeCode(failure.code), words, requestId: safeId(failure.requestid) };
}

const busyCodes = new Set(['-1', '90002', '90018']);
const codeInvalid = '40078';
const outOfRange = new Set(['40079', '50002', '50004']);
const leftOrganisation = new Set(['60121', '33012']);
const tokenRefused = new Set(['40014', '40001', '42001', 'InvalidAuthentication']);

/** Faults of the configuration that need no more words than these. */
const remedies = new Map([
  ['40089', credentialsRemedy()],
  ['40013', 'corpId 不正确：请到钉钉开发者后台首页右上角复制 CorpId，改正服务端配置里的 corpId 后重启'],
  [
    '40056',
    'agentId 不正确：请到钉钉开发者后台“应用详情 → 凭证与基础信息”复制 AgentId，改正服务端配置后重启',
  ],
  ['90020', '钉钉接口的本月调用额度已用完：请到钉钉开发者后台查看用量，升级版本或购买额度，下月初自动恢复'],
]);

function credentialsRemedy(): string {
  return 'appKey 或 appSecret 不正确：请到钉钉开发者后台“应用详情 → 凭证与基础信息”重新复制两者，改正服务端配置后重启';
}

function errorOf({ api, code, words, requestId }: Refusal): PlatformError {
  const trace = requestId ? `，request_id ${requestId}` : '';
  const where = `钉钉 ${api}（错误码 ${code}${trace}）`;
  if (busyCodes.has(code) || code.endsWith('QpsLimitForAppkeyAndApi')) return busy(api, code, busySeconds);
  if (code === codeInvalid) return plain('code-invalid', '免登授权码无效、已过期或已用过，请重新获取');
  if (outOfRange.has(code)) return plain('out-of-range', '人员不在应用的可见范围或授权范围内');
  if (leftOrganisation.has(code)) return plain('left-organisation', '组织里没有这个人员');
  if (tokenRefused.has(code)) return new TokenRefusedError(api, code);
  const remedy = remedyOf(code, words);
  if (remedy !== null) {
    return new PlatformError('misconfigured', api, `${where}：${remedy}`, { upstreamCode: code, remedy });
  }
  return plain('fault', '未知的错误码，请查钉钉开放平台的错误码文档');

  function plain(kind: PlatformError['kind'], message: string): PlatformError {
    return new PlatformError(kind, api, `${where}：${message}`, { upstreamCode: code });
  }
}

function remedyOf(code: string, words: string): string | null {
  if (code === '60011' || code.endsWith('AccessTokenPermissionDenied')) {
    const permission = permissionIn(words);
    return `应用缺少接口权限${permission ? ` ${permission}` : ''}：请管理员到钉钉开发者后台“应用详情 → 权限管理”申请并开通`;
  }
  if (code === '60020' || code.endsWith('IpNotInWhiteList')) {
    const ip = ipIn(words);
    return `服务器出口 IP${ip ? ` ${ip}` : ''} 不在白名单：请管理员到钉钉开发者后台“应用详情 → 安全设置 → 服务器出口 IP”添加`;
  }
  return remedies.get(code) ?? null;
}

/**
 * As `checkAnswer`, for the token API. No token is sent there, so what reads as a bad token elsewhere can only
 * be the app's key or secret.
 */
export function checkTokenAnswer(api: string, answer: UpstreamAnswer): void {
  try {
    checkAnswer(api, answer);
  } catch (error) {
    if (!(error instanceof TokenRefusedError || isUnknownClient(error))) throw error;
    const remedy = credentialsRemedy();
    const code = error.upstreamCode ?? '';
    throw new PlatformError('misconfigured', api, `钉钉 ${api}（错误码 ${code}）：${remedy}`, {
      upstreamCode: code,
      remedy,
    });
  }
}

/** The token API's own words for wrong credentials, e.g. `invalidClientIdOrSecret`. */
function isUnknownClient(error: unknown): error is PlatformError {
  return error instanceof PlatformError && /^invalid(Client|App)/i.test(error.upstreamCode ?? '');
}

/** `… [qyapi_get_member] …` or `{requiredScopes=[Contact.User.Read]}` → the names. */
function permissionIn(words: string): string | null {
  const names =
    /requiredScopes=\[([^\]]+)\]/.exec(words)?.[1] ?? /权限[：:]?\s*\[([^\]]+)\]/.exec(words)?.[1];
  return names !== undefined && /^[\w.:\- ,]{3,200}$/.test(names) ? names.trim() : null;
}

function ipIn(words: string): string | null {
  return /request ip\s*[=:]\s*([\d.]{7,15}|[\da-f:]*:[\da-f:.]*)/i.exec(words)?.[1] ?? null;
}
