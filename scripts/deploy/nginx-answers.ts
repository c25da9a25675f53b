import type { ErrorCode } from '../../server/contract/errors.ts';
import { AppError, errorBody } from '../../server/plugins/errors.ts';

/**
 * An answer of the gateway itself, in the shape of the server's faults, so that clients read both alike. The request's
 * id is nginx's, as in its access log.
 */
export interface GatewayAnswer {
  /** Part of the named locations. */
  name: string;
  /** The statuses of nginx that this answers. */
  statuses: readonly number[];
  code: ErrorCode;
  /** Whether requests that change something get another text: the change may have been made. */
  unsure?: true;
  heading: string;
}

export const gatewayAnswers: readonly GatewayAnswer[] = [
  {
    name: 'bad_request',
    // 494 is nginx's own for header fields that are too large.
    statuses: [400, 405, 408, 414, 494],
    code: 'INVALID_REQUEST',
    heading: '请求的内容不对',
  },
  { name: 'not_found', statuses: [404], code: 'NOT_FOUND', heading: '没有这个页面' },
  { name: 'too_large', statuses: [413], code: 'PAYLOAD_TOO_LARGE', heading: '内容太大' },
  { name: 'too_many', statuses: [429], code: 'TOO_MANY_REQUESTS', heading: '操作过于频繁' },
  {
    name: 'unavailable',
    statuses: [500, 502, 503, 504],
    code: 'SERVER_BUSY',
    unsure: true,
    heading: '服务暂时不可用',
  },
];

/** The text for a request that changes something and got no answer. */
export const unsureMessage = '服务暂时没有应答。刚才提交的内容可能已经生效，请先查看，再决定是否重新提交。';

/** The body for programs. @param requestId nginx's variable */
export function jsonAnswer(answer: GatewayAnswer, message: string, requestId: string): string {
  return JSON.stringify({ ...errorBody(new AppError(answer.code), requestId), message });
}

/** Seconds for `Retry-After`; null where waiting does not help. */
export const retryAfterSeconds = ({ code }: GatewayAnswer): number | null =>
  new AppError(code).retryAfterSeconds;

export const statusOf = ({ code }: GatewayAnswer): number => new AppError(code).statusCode;
export const messageOf = ({ code }: GatewayAnswer): string => new AppError(code).message;

/** The page for people. Small, since nginx takes no text above 4,096 bytes; without scripts and other files. */
export function htmlAnswer(answer: GatewayAnswer, message: string, requestId: string): string {
  const again = answer.name === 'not_found' ? '<a href="/console">回到首页</a>' : '<a href="">重试</a>';
  return (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>${answer.heading}</title><style>` +
    'body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;' +
    'background:#f3f5f8;color:#1f2329;font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}' +
    'main{max-width:26em;padding:32px 24px;text-align:center}h1{font-size:22px;margin:0 0 8px}' +
    'p{margin:0 0 20px}a{display:inline-block;padding:8px 28px;border-radius:6px;background:#0052d9;' +
    'color:#fff;text-decoration:none}small{display:block;margin-top:24px;color:#646a73;word-break:break-all}' +
    `</style></head><body><main><h1>${answer.heading}</h1><p>${message}</p>${again}` +
    `<small>请求编号 ${requestId}</small></main></body></html>`
  );
}

/** A text as one of nginx's parameters. @throws Error for one that nginx cannot take. */
export function quoted(text: string): string {
  if (Buffer.byteLength(text) > 4000) throw new Error('nginx takes no parameter of more than 4,096 bytes');
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
