import { type Static, type TSchema, Type } from 'typebox';
import {
  Code,
  type Guard,
  guard,
  isRecord,
  MaybeText,
  type Meaning,
  maybe,
  parseJson,
  refusalError,
} from '../answer.ts';
import { PlatformError } from '../platform.ts';
import type { UpstreamAnswer } from '../upstream.ts';

/** Brings 浙政钉's answers into one form, and separates successes from refusals by its error codes. */

export const exchangeApi = '/rpc/oauth2/dingtalk_app_user.json';
export const sendApi = '/message/workNotification';

const Flag = Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')]);

/** Business answers have `content`, the gateway's refusals `Code`; parts of both may be missing. */
const readEnvelope = guard(
  Type.Object({
    success: maybe(Flag),
    content: maybe(
      Type.Object({
        success: maybe(Flag),
        responseCode: maybe(Code),
        responseMessage: maybe(Type.Unknown()),
        requestId: MaybeText,
      }),
    ),
    Code: maybe(Code),
    Message: MaybeText,
    errorCode: maybe(Code),
    errorMsg: maybe(Type.Unknown()),
    bizErrorCode: maybe(Code),
    _RequestId: MaybeText,
  }),
);

/** Checks and returns `content.data`; null if it is absent and may be. */
export function dataGuard<const Schema extends TSchema>(schema: Schema): Guard<Static<Schema>> {
  const read = guard(Type.Object({ content: Type.Object({ data: schema }) }));
  return (api, json) => {
    const { content } = read(api, json) as { content: { data?: Static<Schema> } };
    return (content.data ?? null) as Static<Schema>;
  };
}

/**
 * Checks for a success: outer `success` true and `responseCode` "0". The inner `success` is missing in some answers,
 * but must not be false.
 *
 * @throws PlatformError by the table of error codes.
 */
export function checkAnswer(api: string, { status, json }: UpstreamAnswer): unknown {
  const answer = usualForm(json);
  const envelope = readEnvelope(api, answer);
  const { content } = envelope;
  const succeeded =
    status < 400 &&
    isTrue(envelope.success) &&
    String(content?.responseCode) === '0' &&
    (content?.success == null || isTrue(content.success));
  if (succeeded) return answer;
  // Doubt: the document says that a repeated `bizMsgId` is refused as "重复", without a code. It counts as a success: the
  // first attempt's answer was lost, but its message was sent.
  const refused = envelope.success === false || content?.success === false;
  const words = [content?.responseMessage, envelope.Message, envelope.errorMsg];
  if (api === sendApi && refused && words.some(saysRepeated)) return answer;

  const codes = [content?.responseCode, envelope.bizErrorCode, envelope.errorCode, envelope.Code];
  const said = codes.map((code) => String(code ?? '')).filter((code) => code !== '' && code !== '0');
  const isSignature = [...said, envelope.Message ?? ''].some((text) =>
    text.includes('SignatureDoesNotMatch'),
  );
  const code = isSignature ? signatureCode : said[0];
  if (code === undefined) {
    const message = `浙政钉 ${api} 没有答成功，也没有错误码（HTTP ${status}），请稍后重试`;
    throw new PlatformError('fault', api, message);
  }
  const requestId = content?.requestId ?? envelope._RequestId;
  throw refusalError({ platform: '浙政钉', api, code, requestId }, meaningOf(api, code));
}

/**
 * Most APIs answer with `content` as an object. In the document of the message APIs `content` is the message's id, and
 * in some answers it is JSON in a string. The document of event registration shows `{success, errcode}` without
 * `content`.
 */
function usualForm(json: unknown): unknown {
  if (!isRecord(json)) return json;
  if (typeof json.content === 'string') {
    const inner = parsed(json.content);
    return { ...json, content: isRecord(inner) ? inner : { data: json.content, responseCode: '0' } };
  }
  if (json.content == null && json.errcode != null)
    return { ...json, content: { responseCode: json.errcode } };
  return json;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The gateway's refusal of a signature, and of a nonce that it has seen. */
export const signatureCode = 'OPF-B001-05-16-0009';

/** Source: 浙政钉's documents of the code exchange and the gateway; "Doubt" marks points that they leave open. */
function meaningOf(api: string, code: string): Meaning {
  switch (code) {
    case '240111':
      return 'code-invalid';
    case '240133':
      return 'token-refused';
    case '-1':
      return 'busy';
    case signatureCode:
      return {
        remedy:
          '签名不匹配：请核对 appKey 与 appSecret 是同一个应用的一对、平台地址与这对密钥属于同一环境（测试或正式），改正服务端配置后重启；仍不匹配请检查服务器时间',
      };
    case '240132':
      // Doubt: the documents only say "forbidden". At the exchange the person may not use the app; elsewhere there is
      // no person, so the app lacks a permission.
      if (api === exchangeApi) return 'out-of-range';
      return {
        remedy: '应用被拒绝访问此接口：请管理员到开放平台检查应用的接口权限、通讯录范围和服务器 IP 白名单',
      };
    default:
      return 'unknown';
  }
}

function saysRepeated(words: unknown): boolean {
  return typeof words === 'string' && words.includes('重复');
}

function isTrue(flag: unknown): boolean {
  return flag === true || flag === 'true';
}
