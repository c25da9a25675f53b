import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * DingTalk's side of an event callback, written anew from the documents: it shares nothing with the code that it
 * tests.
 */

export const callbackToken = 'callback-token-of-the-tests';
export const callbackAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

export const callbackEnvironment = {
  DINGTALK_EVENT_TOKEN: callbackToken,
  DINGTALK_EVENT_AES_KEY: callbackAesKey,
};

const key = Buffer.from(`${callbackAesKey}=`, 'base64');
const iv = key.subarray(0, 16);

export interface Callback {
  url: string;
  payload: { encrypt: string };
}

function sign(timestamp: string, nonce: string, encrypt: string): string {
  return createHash('sha1').update([callbackToken, timestamp, nonce, encrypt].sort().join('')).digest('hex');
}

/**
 * An event as DingTalk posts it.
 *
 * @param message the event; a text is sent as it is.
 * @param owner the appKey or corpId that stands at the message's end.
 */
export function callback(message: object | string, owner: string, timestamp = '1795000000000'): Callback {
  const text = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([randomBytes(16), length, text, Buffer.from(owner)]);
  const count = 32 - (plain.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const encrypt = Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(count, count)])),
    cipher.final(),
  ]).toString('base64');
  const nonce = randomBytes(6).toString('hex');
  const signature = sign(timestamp, nonce, encrypt);
  const query = new URLSearchParams({ signature, msg_signature: signature, timestamp, nonce });
  return { url: `/api/events/dingtalk?${query}`, payload: { encrypt } };
}

/** What the server's answer says, decrypted; throws when its signature is wrong. */
export function readAnswer(answer: {
  msg_signature: string;
  timeStamp: string;
  nonce: string;
  encrypt: string;
}): { message: string; owner: string } {
  if (sign(answer.timeStamp, answer.nonce, answer.encrypt) !== answer.msg_signature) {
    throw new Error('the answer is not signed');
  }
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(answer.encrypt, 'base64'), decipher.final()]);
  const plain = padded.subarray(16, padded.length - (padded.at(-1) ?? 0));
  const end = 4 + plain.readUInt32BE(0);
  return { message: plain.subarray(4, end).toString(), owner: plain.subarray(end).toString() };
}

/** A person's event in the form of HTTP callbacks. */
export function personEvent(
  type: string,
  people: readonly string[],
  corpId: string,
  timeStamp = '1795000000000',
) {
  return { EventType: type, UserId: people, CorpId: corpId, TimeStamp: timeStamp };
}
