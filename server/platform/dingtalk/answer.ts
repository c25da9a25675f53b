import { Type } from 'typebox';
import {
  Code,
  guard,
  IntegerLike,
  isRecord,
  MaybeText,
  type Meaning,
  maybe,
  refusalError,
} from '../answer.ts';
import { PlatformError } from '../platform.ts';
import type { UpstreamAnswer } from '../upstream.ts';

/** Separates DingTalk's answers from its refusals, by the table of error codes. */

export const tokenApi = '/v1.0/oauth2/accessToken';

/** The envelope of all answers of the old APIs (`/topapi/…`), with HTTP 200. Source: DingTalk's document of error codes. */
const readOldEnvelope = guard(
  Type.Object({
    errcode: IntegerLike,
    errmsg: MaybeText,
    sub_code: maybe(Code),
    subCode: maybe(Code),
    sub_msg: MaybeText,
    request_id: MaybeText,
  }),
);

/** A refusal of the new APIs (`/v1.0/…`), with HTTP 4xx. Source: as above. */
const readNewFailure = guard(
  Type.Object({
    code: Type.String({ minLength: 1 }),
    message: MaybeText,
    requestid: MaybeText,
    accessdenieddetail: maybe(Type.Object({ requiredScopes: maybe(Type.Array(Type.String())) })),
  }),
);

/**
 * Throws for a refusal; the caller checks the shape of other answers. The answer shows whether an old or a new API
 * answers, not the address: the gateway before the old APIs may answer like the new ones.
 *
 * @throws PlatformError by the table of error codes.
 */
export function checkAnswer(api: string, { status, json }: UpstreamAnswer): void {
  if (isRecord(json) && 'errcode' in json) checkOldEnvelope(api, json);
  else if (status >= 400) {
    const { code, message, requestid, accessdenieddetail } = readNewFailure(api, json);
    const scopes = accessdenieddetail?.requiredScopes ?? [];
    throw refusal(api, code, `${message ?? ''} {requiredScopes=[${scopes.join(',')}]}`, requestid);
  }
  if (status >= 400) throw new PlatformError('fault', api, `钉钉 ${api} 答 HTTP ${status}，请稍后重试`);
}

function checkOldEnvelope(api: string, json: unknown): void {
  const envelope = readOldEnvelope(api, json);
  const errcode = String(Number(envelope.errcode));
  if (errcode === '0') return;
  const words = `${envelope.errmsg ?? ''} ${envelope.sub_msg ?? ''}`;
  // 88 is a wrapper; the real code is in a field, in the text, or in both.
  const inner = envelope.sub_code ?? envelope.subCode ?? /subcode=([\w.-]+)/i.exec(words)?.[1];
  throw refusal(api, errcode === '88' && inner ? String(inner) : errcode, words, envelope.request_id);
}

/** @param words the platform's text: searched for the IP and the permission's name, never shown or logged. */
function refusal(api: string, code: string, words: string, requestId: string | null | undefined) {
  return refusalError({ platform: '钉钉', api, code, requestId }, meaningOf(api, code, words));
}

const credentials: Meaning = {
  remedy:
    'appKey 或 appSecret 不正确：请到钉钉开发者后台“应用详情 → 凭证与基础信息”重新复制两者，改正服务端配置后重启',
};

/** Source: DingTalk's table of global error codes (全局错误码). */
const meanings = new Map<string, Meaning>([
  ['-1', 'busy'],
  ['90002', 'busy'],
  ['90018', 'busy'],
  ['40078', 'code-invalid'],
  ['40079', 'out-of-range'],
  ['50002', 'out-of-range'],
  ['50004', 'out-of-range'],
  ['60121', 'left-organisation'],
  ['33012', 'left-organisation'],
  ['40014', 'token-refused'],
  ['40001', 'token-refused'],
  ['42001', 'token-refused'],
  ['InvalidAuthentication', 'token-refused'],
  ['40089', credentials],
  [
    '40013',
    { remedy: 'corpId 不正确：请到钉钉开发者后台首页右上角复制 CorpId，改正服务端配置里的 corpId 后重启' },
  ],
  [
    '40056',
    {
      remedy:
        'agentId 不正确：请到钉钉开发者后台“应用详情 → 凭证与基础信息”复制 AgentId，改正服务端配置后重启',
    },
  ],
  [
    '90020',
    {
      remedy: '钉钉接口的本月调用额度已用完：请到钉钉开发者后台查看用量，升级版本或购买额度，下月初自动恢复',
    },
  ],
]);

function meaningOf(api: string, code: string, words: string): Meaning {
  const known = meanings.get(code);
  // The token API gets no token, so it refuses the app's key or secret.
  if (api === tokenApi && (known === 'token-refused' || /^invalid(Client|App)/i.test(code)))
    return credentials;
  if (known !== undefined) return known;
  if (code.endsWith('QpsLimitForAppkeyAndApi')) return 'busy';
  if (code === '60011' || code.endsWith('AccessTokenPermissionDenied')) {
    const permission = permissionIn(words);
    return {
      remedy: `应用缺少接口权限${permission ? ` ${permission}` : ''}：请管理员到钉钉开发者后台“应用详情 → 权限管理”申请并开通`,
    };
  }
  if (code === '60020' || code.endsWith('IpNotInWhiteList')) {
    const ip = ipIn(words);
    return {
      remedy: `服务器出口 IP${ip ? ` ${ip}` : ''} 不在白名单：请管理员到钉钉开发者后台“应用详情 → 安全设置 → 服务器出口 IP”添加`,
    };
  }
  return 'unknown';
}

/** The names in `… 权限：[qyapi_get_member] …` or `{requiredScopes=[Contact.User.Read]}`. */
function permissionIn(words: string): string | null {
  const names =
    /requiredScopes=\[([^\]]+)\]/.exec(words)?.[1] ?? /权限[：:]?\s*\[([^\]]+)\]/.exec(words)?.[1];
  return names !== undefined && /^[\w.:\- ,]{3,200}$/.test(names) ? names.trim() : null;
}

function ipIn(words: string): string | null {
  return /request ip\s*[=:]\s*([\d.]{7,15}|[\da-f:]*:[\da-f:.]*)/i.exec(words)?.[1] ?? null;
}
