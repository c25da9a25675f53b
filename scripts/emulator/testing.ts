import { emulatedApps } from './credentials.ts';
import type { Emulator } from './emulator.ts';
import { isRecord } from './http.ts';
import { sign, stringToSign } from './zhezhengding-signature.ts';

/** What a test sees of an answer. */
export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

async function reply(response: Response): Promise<Reply> {
  const body: unknown = await response.json();
  if (!isRecord(body)) throw new Error('the answer is not a JSON object');
  return { status: response.status, body };
}

/** Posts JSON. */
export async function postJson(
  emulator: Emulator,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(emulator.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return reply(response);
}

export async function getJson(emulator: Emulator, path: string): Promise<Reply> {
  return reply(await fetch(emulator.url + path));
}

/** Fetches DingTalk's app token by the newer API. */
export async function dingtalkToken(emulator: Emulator): Promise<string> {
  const { appKey, appSecret } = emulatedApps.dingtalk;
  const { body } = await postJson(emulator, '/v1.0/oauth2/accessToken', { appKey, appSecret });
  return String(body.accessToken);
}

export interface SignedOptions {
  secret?: string;
  apiKey?: string;
  timestamp?: string;
  nonce?: string;
  version?: string;
  /** Parameters to sign in place of those that are sent. */
  signed?: [string, string][];
}

let nonces = 0;

/** A time as 浙政钉 writes it. */
export function chinaTime(ms: number): string {
  return `${new Date(ms + 8 * 60 * 60 * 1000).toISOString().slice(0, -1)}+08:00`;
}

/** Calls a 浙政钉 API with a signature; `params` may repeat a name. */
export async function signedCall(
  emulator: Emulator,
  method: 'GET' | 'POST',
  path: string,
  params: [string, string][],
  options: SignedOptions = {},
): Promise<Reply> {
  nonces += 1;
  const timestamp = options.timestamp ?? chinaTime(Date.now());
  const nonce = options.nonce ?? `${Date.now()}${String(nonces).padStart(4, '0')}`;
  const text = stringToSign(method, timestamp, nonce, path, options.signed ?? params);
  const form = new URLSearchParams(params).toString();
  const response = await fetch(`${emulator.url}${path}${method === 'GET' && form ? `?${form}` : ''}`, {
    method,
    headers: {
      apiKey: options.apiKey ?? emulatedApps.zhezhengding.appKey,
      'X-Hmac-Auth-Timestamp': timestamp,
      'X-Hmac-Auth-Version': options.version ?? '1.0',
      'X-Hmac-Auth-Nonce': nonce,
      'X-Hmac-Auth-Signature': sign(options.secret ?? emulatedApps.zhezhengding.appSecret, text),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(method === 'POST' ? { body: form } : {}),
  });
  return reply(response);
}

/** `content.data` of a 浙政钉 answer, or its error code. */
export function content(answer: Reply): { code: string; data: unknown } {
  const inner = answer.body.content;
  if (!isRecord(inner)) throw new Error('the answer has no content');
  return { code: String(inner.responseCode), data: inner.data };
}

export async function zhezhengdingToken(emulator: Emulator): Promise<string> {
  const { appKey, appSecret } = emulatedApps.zhezhengding;
  const answer = await signedCall(emulator, 'GET', '/gettoken.json', [
    ['appkey', appKey],
    ['appsecret', appSecret],
  ]);
  const { data } = content(answer);
  return isRecord(data) ? String(data.accessToken) : '';
}
