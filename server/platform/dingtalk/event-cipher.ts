import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface EventCipherOptions {
  /** The `token` of the event subscription. */
  token: string;
  /** The `aes_key` of the event subscription: 43 characters of base64. */
  aesKey: string;
  /** The appKey for events set up in the developer console, the corpId for those registered by API. */
  ownerKey: string;
}

/** An event callback: `signature` (or `msg_signature`), `timestamp` and `nonce` of the query, `encrypt` of the body. */
export interface EncryptedEvent {
  signature: string;
  timestamp: string;
  nonce: string;
  encrypt: string;
}

/** The answer that DingTalk expects within 1.5 seconds, to be sent as JSON. */
export interface EncryptedAnswer {
  msg_signature: string;
  timeStamp: string;
  nonce: string;
  encrypt: string;
}

/** Why an event is refused; for the log, not for its sender. */
export type EventDefect =
  /** Not signed with our token: forged, damaged, or signed with another token. */
  | 'signature'
  /** Not base64, not whole blocks, or not UTF-8 inside. */
  | 'encoding'
  /** The padding is wrong: most likely another aes_key. */
  | 'padding'
  /** The message's length does not fit what arrived. */
  | 'length'
  /** For another app or organisation. */
  | 'owner';

/** An event that is not proven to be DingTalk's. The error quotes nothing of it. */
export class EventSignatureError extends Error {
  override readonly name = 'EventSignatureError';
  readonly defect: EventDefect;

  constructor(defect: EventDefect) {
    super(`事件回调未通过校验：${defects[defect]}`);
    this.defect = defect;
  }
}

const defects: Record<EventDefect, string> = {
  signature: '签名不符。如果请求确实来自钉钉，请核对事件订阅的签名 token',
  encoding: '密文不是有效的 Base64 或 UTF-8',
  padding: '密文的填充不对，请核对事件订阅的加密 aes_key',
  length: '密文里的长度与内容不符，请核对事件订阅的加密 aes_key',
  owner: '事件属于另一个应用或组织，请核对应用的 AppKey（控制台订阅）或 CorpId（接口注册）',
};

export interface EventCipher {
  /**
   * Verifies the signature, then decrypts. A signature has no time: the caller must drop repeated events by their id.
   *
   * @returns the event's JSON, unparsed.
   * @throws EventSignatureError for any defect.
   */
  decrypt(event: EncryptedEvent): string;

  /**
   * The answer "success", encrypted and signed.
   *
   * @param timestamp milliseconds as text, e.g. the request's; `nonce` likewise.
   */
  encryptSuccess(timestamp: string, nonce: string): EncryptedAnswer;
}

const saltBytes = 16;
const lengthBytes = 4;
/** PKCS#7 pads to 32 bytes here, twice the block of AES, which Node's own padding refuses. */
const padBlock = 32;

/**
 * The encryption of DingTalk's HTTP callbacks: base64(AES-256-CBC(16 random bytes, length, message, owner key)), with
 * the first half of the key as IV, and sha1 over the sorted token, timestamp, nonce and cipher text. Source:
 * DingTalk's document of event callbacks.
 *
 * @throws Error, in Chinese, for options that can never work.
 */
export function createEventCipher({ token, aesKey, ownerKey }: EventCipherOptions): EventCipher {
  if (token === '') throw new Error('事件订阅的签名 token 是空的：请从钉钉开发者后台“事件订阅”复制');
  if (!/^[A-Za-z0-9+/]{43}$/.test(aesKey)) {
    throw new Error(
      `事件订阅的加密 aes_key 应为 43 个字母或数字（现在是 ${aesKey.length} 个字符）：请从钉钉开发者后台“事件订阅”完整复制，不要带空格或等号`,
    );
  }
  if (ownerKey === '') throw new Error('缺少应用的 AppKey（或组织的 CorpId），无法核对事件属于谁');
  const key = Buffer.from(`${aesKey}=`, 'base64');
  const iv = key.subarray(0, 16);
  const owner = Buffer.from(ownerKey, 'utf8');

  function signatureOf(timestamp: string, nonce: string, encrypt: string): string {
    return createHash('sha1')
      .update([token, timestamp, nonce, encrypt].sort().join(''), 'utf8')
      .digest('hex');
  }

  return {
    decrypt({ signature, timestamp, nonce, encrypt }) {
      if (!sameText(signature, signatureOf(timestamp, nonce, encrypt))) {
        throw new EventSignatureError('signature');
      }
      const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      const sealed = bytesOf(encrypt);
      const content = withoutPadding(Buffer.concat([decipher.update(sealed), decipher.final()]));
      const start = saltBytes + lengthBytes;
      if (content.length < start) throw new EventSignatureError('length');
      const end = start + content.readUInt32BE(saltBytes);
      if (end > content.length) throw new EventSignatureError('length');
      if (!sameBytes(content.subarray(end), owner)) throw new EventSignatureError('owner');
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
          content.subarray(start, end),
        );
      } catch {
        throw new EventSignatureError('encoding');
      }
    },

    encryptSuccess(timestamp, nonce) {
      const message = Buffer.from('success', 'utf8');
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32BE(message.length);
      const content = withPadding(Buffer.concat([randomBytes(saltBytes), length, message, owner]));
      const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
      const encrypt = Buffer.concat([cipher.update(content), cipher.final()]).toString('base64');
      return {
        msg_signature: signatureOf(timestamp, nonce, encrypt),
        timeStamp: timestamp,
        nonce,
        encrypt,
      };
    },
  };
}

/** A strict decoder: Node's own skips characters that are not base64. */
function bytesOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % padBlock !== 0 || bytes.toString('base64') !== base64) {
    throw new EventSignatureError('encoding');
  }
  return bytes;
}

function withPadding(content: Buffer): Buffer {
  const count = padBlock - (content.length % padBlock);
  return Buffer.concat([content, Buffer.alloc(count, count)]);
}

function withoutPadding(content: Buffer): Buffer {
  const count = content.at(-1) ?? 0;
  const padding = content.subarray(content.length - count);
  if (count < 1 || count > padBlock || !padding.every((byte) => byte === count)) {
    throw new EventSignatureError('padding');
  }
  return content.subarray(0, content.length - count);
}

/** Compares in constant time. */
function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function sameText(a: string, b: string): boolean {
  return sameBytes(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
