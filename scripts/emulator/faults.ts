/** What each kind of fault does, in Chinese; for messages, and for pages that offer the faults. */
export const faultKinds = {
  timeout: '接受请求后永不应答',
  reset: '断开连接（RST）',
  slow: '延迟 delayMs 毫秒后正常应答',
  html: '应答 HTML 拦截页',
  punish: '应答限流惩罚 JSON（status 1111）',
  status: '应答 HTTP 错误状态（默认 500）',
  errcode: '应答指定的平台错误码（默认系统繁忙）',
  'invalid-json': '应答不是合法 JSON',
  truncated: '应答只发一半就断开',
  'wrong-shape': '合法 JSON，但缺少关键字段',
  stringly: '换一种写法：字段都是字符串（官方文档的示例），浙政钉还没有内层 success',
  huge: '应答超过 1 MiB',
  empty: 'HTTP 200，没有内容',
  'token-expired': '应用凭证失效',
  'code-invalid': '免登码无效',
  'ip-not-whitelisted': '出口 IP 不在白名单',
  'no-permission': '应用没有接口权限',
  'other-organisation': '免登人员属于另一个组织（仅浙政钉的应答带组织）',
  qps: '调用过于频繁',
} as const;

export type FaultKind = keyof typeof faultKinds;

/**
 * Faults that happen after the API has done its work: the code is used up, the answer is lost. All others happen
 * before. `consume` changes this for one fault.
 */
const consumingKinds: ReadonlySet<FaultKind> = new Set([
  'timeout',
  'reset',
  'slow',
  'invalid-json',
  'truncated',
  'wrong-shape',
  'stringly',
  'other-organisation',
  'huge',
  'empty',
]);

/** A fault as the control API takes it. */
export interface FaultOptions {
  /** A platform API's path, or `*` for all of them. */
  path: string;
  kind: FaultKind;
  /** How many calls it hits; 1 by default, null or 0: until it is cleared. */
  times?: number | null;
  /** Milliseconds before the fault (or, with `slow`, before the answer). */
  delayMs?: number;
  /** HTTP status, for `status` and `errcode`. */
  status?: number;
  /** The platform's error code, for `errcode`; `88` also for `token-expired` and `no-permission`. */
  errcode?: string | number;
  /** The error's text, for `errcode`. */
  message?: string;
  /** Whether the API does its work before the fault; by default as the kind has it. */
  consume?: boolean;
}

/** A fault that is waiting for calls. */
export interface FaultRule extends FaultOptions {
  /** Null: until cleared. */
  left: number | null;
  consume: boolean;
}

export function isFaultKind(value: unknown): value is FaultKind {
  return typeof value === 'string' && Object.hasOwn(faultKinds, value);
}

export function faultRule(options: FaultOptions): FaultRule {
  const times = options.times === undefined ? 1 : options.times;
  return {
    ...options,
    left: times === null || times === 0 ? null : times,
    consume: options.consume ?? consumingKinds.has(options.kind),
  };
}
