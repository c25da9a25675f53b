import { type TSchema, Type } from 'typebox';
import { busy, busySeconds } from '../answer.ts';
import { TokenRefusedError } from '../app-token.ts';
import { type Guard, guard, MaybeText, maybe, safeCode, safeId } from '../guard.ts';
import { PlatformError } from '../platform.ts';
import type { UpstreamAnswer } from '../upstream.ts';

const Flag = Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')]);
const Code = Type.Union([Type.String(), Type.Integer()]);

/** Business answers have `content`, gateway failures `Code`; both have been seen with parts missing. */
const readEnvelope = guard(
  Type.Object({
    success: maybe(Flag),
    content: maybe(Type.Object({ success: maybe(Flag), responseCode: maybe(Code), requestId: MaybeText })),
    Code: maybe(Code),
    Message: MaybeText,
    errorCode: maybe(Code),
    bizErrorCode: maybe(Code),
    _RequestId: MaybeText,
  }),
);

const readPlain = guard(
  Type.Object({ success: maybe(Flag), errcode: maybe(Code), content: maybe(Type.Unknown()) }),
);

/** A reader of `content.data`. */
export function contentGuard<const Schema extends TSchema>(data: Schema) {
  return guard(Type.Object({ content: Type.Object({ data }) }));
}

/** The schema-checked answer, when it is a success. */
export function readSuccess<T>(api: string, answer: UpstreamAnswer, read: Guard<T>): T {
  checkAnswer(api, answer);
  return read(api, answer.json);
}

/**
 * The answer to an event registration. The document shows `{success, errcode: "0"}` for it, where every other
 * API has `content`; either is a success.
 */
export function readRegistered(api: string, answer: UpstreamAnswer): void {
  const plain = readPlain(api, answer.json);
  if (answer.status < 400 && isTrue(plain.success) && plain.content == null && String(plain.errcode) === '0')
    return;
  const { errcode } = plain;
  if (plain.content == null && errcode != null && String(errcode) !== '0') {
    throw errorOf(api, safeCode(String(errcode)), null);
  }
  checkAnswer(api, answer);
}

/**
 * Passes when an answer is a success: outer `success` true and `responseCode` "0"; the inner `success` is
 * missing in some answers, but must not be false.
 *
 * @throws PlatformError by the table of error codes.
 */
function checkAnswer(api: string, { status, json }: UpstreamAnswer): void {
  const envelope = readEnvelope(api, json);
  const { content } = envelope;
  const succeeded =
    status < 400 &&
    isTrue(envelope.success) &&
    String(content?.responseCode) === '0' &&
    (content?.success == null || isTrue(content.success));
  if (succeeded) return;
  const codes = [content?.responseCode, envelope.bizErrorCode, envelope.errorCode, envelope.Code];
  const said = codes.map((code) => String(code ?? '')).filter((code) => code !== '' && code !== '0');
  const requestId = safeId(content?.requestId ?? envelope._RequestId);
  if ([...said, envelope.Message ?? ''].some((words) => words.includes('SignatureDoesNotMatch'))) {
    throw errorOf(api, signatureCode, requestId);
  }
  const [code] = said;
  if (code !== undefined) throw errorOf(api, safeCode(code), requestId);
  throw new PlatformError(
    'fault',
    api,
    `浙政钉 ${api} 没有答成功，也没有错误码（HTTP ${status}），请稍后重试`,
  );
}

const exchangeApi = '/rpc/oauth2/dingtalk_app_user.json';
/** The gateway's refusal of a signature, and of a nonce that it has seen. */
export const signatureCode = 'OPF-B001-05-16-0009';

function errorOf(api: string, code: string, requestId: string | null): PlatformError {
  const where = `浙政钉 ${api}（错误码 ${code}${requestId ? `，requestId ${requestId}` : ''}）`;
  const plain = (kind: PlatformError['kind'], message: string) =>
    new PlatformError(kind, api, `${where}：${message}`, { upstreamCode: code });
  const misconfigured = (remedy: string) =>
    new PlatformError('misconfigured', api, `${where}：${remedy}`, { upstreamCode: code, remedy });
  switch (code) {
    case '240111':
      return plain('code-invalid', '免登授权码无效、已过期或已用过，请重新获取');
    case '240133':
      return new TokenRefusedError(api, code);
    case '-1':
      return busy(api, code, busySeconds);
    case signatureCode:
      return misconfigured(
        '签名不匹配：请核对 appKey 与 appSecret 是同一个应用的一对、平台地址与这对密钥属于同一环境（测试或正式），改正服务端配置后重启；仍不匹配请检查服务器时间',
      );
    case '240132':
      // Doubt: no document says more than "forbidden". At the exchange it is a person who may not use the app;
      // elsewhere there is no person, and the app itself lacks something.
      return api === exchangeApi
        ? plain('out-of-range', '平台不允许此人员使用本应用，请管理员检查应用的可见范围与人员状态')
        : misconfigured(
            '应用被拒绝访问此接口：请管理员到开放平台检查应用的接口权限、通讯录范围和服务器 IP 白名单',
          );
    default:
      return plain('fault', '未知的错误码，请查浙政钉开放平台的错误码文档');
  }
}

function isTrue(flag: unknown): boolean {
  return flag === true || flag === 'true';
}
