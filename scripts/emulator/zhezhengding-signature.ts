import { createHmac, timingSafeEqual } from 'node:crypto';
import { type ApiRequest, header } from './http.ts';
import type { EmulatorState } from './state.ts';

/**
 * How far a timestamp may be off, in milliseconds. No document of 浙政钉 gives the figure; it is the one of
 * the API gateway that the platform's signature comes from.
 */
const maxSkewMs = 15 * 60 * 1000;

/**
 * The text that 浙政钉 signs: method, timestamp, nonce and path on a line each, then the parameters, sorted by
 * name without regard to case (repeated ones by value), raw and not URL-encoded, empty ones left out. Without
 * parameters there is no last line.
 */
export function stringToSign(
  method: string,
  timestamp: string,
  nonce: string,
  path: string,
  params: Iterable<readonly [string, string]>,
): string {
  const pairs = [...params]
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name, value, folded: name.toLowerCase() }))
    .sort((a, b) => compare(a.folded, b.folded) || compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`);
  return [method, timestamp, nonce, path, ...(pairs.length > 0 ? [pairs.join('&')] : [])].join('\n');
}

/** Base64 of HMAC-SHA256 over the UTF-8 text. */
export function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('base64');
}

/** The parameters of a request: those of the query and those of a form body. */
export function zhezhengdingParams(request: ApiRequest): URLSearchParams {
  const params = new URLSearchParams(request.query);
  if (request.contentType === 'application/x-www-form-urlencoded') {
    for (const [name, value] of new URLSearchParams(request.body)) params.append(name, value);
  }
  return params;
}

/**
 * Why the platform's gateway would refuse the signature of a request; null when it is right.
 *
 * @param app the only app that the gateway knows.
 */
export function signatureFault(
  request: ApiRequest,
  state: EmulatorState,
  app: { appKey: string; appSecret: string },
): string | null {
  const apiKey = header(request, 'apiKey');
  const timestamp = header(request, 'X-Hmac-Auth-Timestamp');
  const nonce = header(request, 'X-Hmac-Auth-Nonce');
  const version = header(request, 'X-Hmac-Auth-Version');
  const signature = header(request, 'X-Hmac-Auth-Signature');
  if (!apiKey || !timestamp || !nonce || !signature) return 'a signature header is missing';
  if (version !== '1.0') return 'X-Hmac-Auth-Version is not 1.0';
  if (apiKey !== app.appKey) return 'unknown apiKey';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/.test(timestamp)) return 'timestamp is malformed';
  if (!(Math.abs(Date.parse(timestamp) - state.wallClock()) <= maxSkewMs)) {
    return 'timestamp is more than 15 minutes off';
  }
  if (!/^\d{17}$/.test(nonce)) return 'nonce is not 13 digits of milliseconds and 4 more';
  const text = stringToSign(request.method, timestamp, nonce, request.path, zhezhengdingParams(request));
  if (!equal(sign(app.appSecret, text), signature)) return 'signature differs';
  // Checked last, so that a request with a wrong signature does not use up a nonce.
  if (!state.takeNonce(nonce, 2 * maxSkewMs)) return 'nonce was used before';
  return null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
