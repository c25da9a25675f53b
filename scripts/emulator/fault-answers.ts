import type { Api, NamedFailure } from './api.ts';
import { ApiFailure } from './api.ts';
import type { FaultRule } from './faults.ts';
import type { Answer } from './http.ts';
import { isRecord } from './http.ts';

/** What goes to the client: an answer, raw text, or no HTTP answer at all. */
export type Outcome =
  | { type: 'answer'; answer: Answer }
  | { type: 'raw'; status: number; contentType: string; text: string; truncated?: boolean }
  | { type: 'silence' }
  | { type: 'reset' };

const hugeBytes = 1024 * 1024;

const blockPage = `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>访问被拦截</title></head>
<body><h1>405</h1><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p></body></html>
`;

const named: Partial<Record<FaultRule['kind'], NamedFailure>> = {
  'token-expired': 'token-expired',
  'code-invalid': 'code-invalid',
  'ip-not-whitelisted': 'ip-not-whitelisted',
  'no-permission': 'no-permission',
  qps: 'qps',
};

/**
 * Whether a fault can happen at an API: a token can expire only where one is required, only an exchange takes a code,
 * and only some answers name an organisation.
 */
export function applies(rule: Pick<FaultRule, 'kind'>, api: Api): boolean {
  if (rule.kind === 'other-organisation') return api.inOtherOrganisation !== undefined;
  const name = named[rule.kind];
  if (name === undefined) return true;
  if (name === 'token-expired' && api.appToken !== 'required') return false;
  if (name === 'code-invalid' && api.role !== 'exchange') return false;
  return api.family.failure(name, api) !== null;
}

/**
 * What the client sees of a fault.
 *
 * @param normal the answer that the API would give; only faults after the API's work look at it.
 */
export function faultOutcome(rule: FaultRule, api: Api, normal: () => Answer): Outcome {
  const { family } = api;
  const fail = (failure: ApiFailure): Outcome => ({ type: 'answer', answer: family.render(failure) });
  const name = named[rule.kind];
  if (name !== undefined) {
    const failure = family.failure(name, api);
    if (failure === null) throw new Error(`fault ${rule.kind} does not apply to ${api.path}`);
    return fail(String(rule.errcode) === '88' ? wrappedIn88(failure) : failure);
  }
  switch (rule.kind) {
    case 'timeout':
      return { type: 'silence' };
    case 'reset':
      return { type: 'reset' };
    case 'html':
      return raw(rule.status ?? 405, 'text/html; charset=utf-8', blockPage);
    case 'punish':
      return json('{"status":1111,"wait":5,"source":"x5","punish":"deny"}');
    case 'status':
      return raw(rule.status ?? 500, 'text/plain; charset=utf-8', 'emulated HTTP error');
    case 'errcode': {
      const busy = family.failure('busy', api);
      const code = rule.errcode === undefined ? (busy?.code ?? '-1') : String(rule.errcode);
      const message =
        rule.message ?? (rule.errcode === undefined ? busy?.message : undefined) ?? '模拟的平台错误';
      const status = rule.status ?? (rule.errcode === undefined ? busy?.status : undefined) ?? null;
      return fail(new ApiFailure(code, message, status));
    }
    case 'invalid-json':
      return json('{"errcode":0,"errmsg":"ok","result":{"userid":');
    case 'truncated':
      return { ...json(JSON.stringify(normal().body)), truncated: true };
    case 'wrong-shape':
      return json(JSON.stringify(family.hollow()));
    case 'huge':
      return json(JSON.stringify(padded(normal().body)));
    case 'empty':
      return json('');
    case 'stringly': {
      const { status, body } = normal();
      return { type: 'answer', answer: { status, body: family.loosen(body) } };
    }
    case 'other-organisation': {
      const { status, body } = normal();
      return { type: 'answer', answer: { status, body: api.inOtherOrganisation?.(body) ?? body } };
    }
    default:
      return { type: 'answer', answer: normal() };
  }
}

type Raw = Extract<Outcome, { type: 'raw' }>;

function raw(status: number, contentType: string, text: string): Raw {
  return { type: 'raw', status, contentType, text };
}

function json(text: string): Raw {
  return raw(200, 'application/json; charset=utf-8', text);
}

/** DingTalk's authorisation failure 88, which has the real code inside. */
function wrappedIn88(failure: ApiFailure): ApiFailure {
  return new ApiFailure(
    '88',
    `ding talk error[subcode=${failure.code},submsg=${failure.message}]`,
    failure.status,
    { sub_code: failure.code, sub_msg: failure.message },
  );
}

function padded(body: unknown): unknown {
  const padding = 'x'.repeat(hugeBytes);
  return isRecord(body) ? { ...body, padding } : { body, padding };
}
