import { type Api, ApiFailure, type NamedFailure } from './api.ts';
import { dingtalkApis } from './dingtalk.ts';
import { unknownAction, v1 } from './dingtalk-family.ts';
import { dingtalkMessageApis } from './dingtalk-messages.ts';
import { dingtalkMpdevApis } from './dingtalk-mpdev.ts';
import { applies, faultOutcome, type Outcome } from './fault-answers.ts';
import type { FaultKind, FaultRule } from './faults.ts';
import type { Answer, ApiRequest } from './http.ts';
import type { EmulatorState } from './state.ts';
import { zhezhengdingApis } from './zhezhengding.ts';
import { zhezhengdingMessageApis } from './zhezhengding-messages.ts';

/** Every platform API that is emulated, by path; one that ends with a slash has all that is below it. */
export const apis: ReadonlyMap<string, Api> = new Map(
  [
    ...dingtalkApis,
    ...dingtalkMessageApis,
    ...dingtalkMpdevApis,
    ...zhezhengdingApis,
    ...zhezhengdingMessageApis,
  ].map((api) => [api.path, api]),
);

const apiAt = (path: string) => apis.get(path) ?? apis.get(path.replace(/^(\/[^/]+\/).*$/, '$1'));

/** Faults that change the API's own answer, and so need it, whatever `consume` says. */
const answersNormally: ReadonlySet<FaultKind> = new Set(['slow', 'stringly', 'other-organisation']);

/** How a platform call ended. */
export interface Dispatched {
  outcome: Outcome;
  /** The platform's error code, for the record of calls. */
  errcode: string | null;
  fault: FaultRule | null;
}

/**
 * Answers one platform call.
 *
 * @param wait resolves after so many milliseconds; false when the client left meanwhile.
 */
export async function dispatch(
  request: ApiRequest,
  state: EmulatorState,
  wait: (ms: number) => Promise<boolean>,
): Promise<Dispatched> {
  const api = apiAt(request.path);
  if (api === undefined) return { ...unknownPath(request.path), fault: null };
  state.count(api.path);

  const rule = takeFault(state, api);
  if (rule === null) return answered(api, answer(api, request, state), null);

  let kept: Answer | undefined;
  const handled = () => {
    kept ??= answer(api, request, state);
    return kept;
  };
  if (rule.consume) handled();
  if (rule.delayMs !== undefined && !(await wait(rule.delayMs))) {
    return { outcome: { type: 'reset' }, errcode: null, fault: rule };
  }
  const needsAnswer = rule.consume || answersNormally.has(rule.kind);
  const normal = needsAnswer ? handled : () => ({ status: 200, body: api.family.hollow() });
  const outcome = faultOutcome(rule, api, normal);
  return outcome.type === 'answer'
    ? answered(api, outcome.answer, rule)
    : { outcome, errcode: null, fault: rule };
}

/** The answer without faults: method, gateway, limit, token, and then the API itself. */
function answer(api: Api, request: ApiRequest, state: EmulatorState): Answer {
  const { family } = api;
  try {
    if (api.method !== 'any' && api.method !== request.method) throw named('wrong-method', api);
    family.gate(request, state);
    const limited = family.failure('qps', api);
    if (limited !== null && !state.withinLimit(api.path)) throw limited;
    checkToken(api, request, state);
    return api.handle(request, state);
  } catch (error) {
    if (error instanceof ApiFailure) return family.render(error);
    throw error;
  }
}

function checkToken(api: Api, request: ApiRequest, state: EmulatorState): void {
  if (api.appToken === 'none') return;
  const token = api.family.token(request);
  if (token === null && api.appToken === 'optional') return;
  if (token === null || !state.isLiveToken(api.family.platform, token)) {
    throw (
      api.family.failure('token-expired', api) ?? new Error(`${api.path} has no failure for a dead token`)
    );
  }
}

function named(name: NamedFailure, api: Api): Error {
  return api.family.failure(name, api) ?? new Error(`${api.path} has no failure for ${name}`);
}

function takeFault(state: EmulatorState, api: Api): FaultRule | null {
  const rule = state.faults.find((one) => (one.path === '*' || one.path === api.path) && applies(one, api));
  if (rule === undefined) return null;
  if (rule.left !== null) {
    rule.left -= 1;
    if (rule.left === 0) state.faults = state.faults.filter((one) => one !== rule);
  }
  return rule;
}

function answered(api: Api, reply: Answer, fault: FaultRule | null): Dispatched {
  return { outcome: { type: 'answer', answer: reply }, errcode: api.family.errorCode(reply), fault };
}

/** DingTalk's answers to unknown paths; those of 浙政钉's gateway are not documented. */
function unknownPath(path: string): Pick<Dispatched, 'outcome' | 'errcode'> {
  if (path.startsWith('/v1.0/') || path.startsWith('/v2.0/')) {
    const failure = unknownAction();
    return { outcome: { type: 'answer', answer: v1.render(failure) }, errcode: failure.code };
  }
  const body = { errcode: 404, errmsg: '请求的URI地址不存在' };
  return { outcome: { type: 'answer', answer: { status: 404, body } }, errcode: '404' };
}
