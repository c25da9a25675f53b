import type { ErrorKind } from './contract.ts';

/** `12,345`, `0.5`. */
export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** A share as people read it; never rounded up to 100 % or over a bar. */
export function percent(share: number): string {
  return `${(Math.floor(share * 10_000 + 1e-9) / 100).toFixed(2)}%`;
}

/** Milliseconds with as many digits as say something. */
export const ms = (value: number): string => (value < 100 ? value.toFixed(1) : count(Math.round(value)));

const kinds: Readonly<Record<Exclude<ErrorKind, `http-${number}`>, string>> = {
  timeout: '超时，没有等到应答',
  reset: '连接被断开（reset）',
  refused: '连接被拒绝，服务没有在监听',
  closed: '连接关闭，没有应答',
  'wrong-answer': '应答 200，但内容不对',
  connection: '其他连接错误',
};

const statuses: Readonly<Record<string, string>> = {
  401: '会话失效',
  403: '没有权限',
  404: '不存在',
  429: '被限流',
  500: '服务内部错误',
  502: '网关连不上应用',
  503: '服务繁忙',
  504: '网关等不到应用',
};

/** What an error is called in reports. */
export function errorName(kind: string): string {
  const status = /^http-(\d+)$/.exec(kind)?.[1];
  if (status === undefined) return kinds[kind as keyof typeof kinds] ?? kind;
  const meaning = statuses[status];
  return meaning === undefined ? `HTTP ${status}` : `HTTP ${status}（${meaning}）`;
}
