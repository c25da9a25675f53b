import { ControlError, type EmulatorControl } from './control.ts';
import type { FaultOptions } from './faults.ts';
import { type Answer, type ApiRequest, jsonObject } from './http.ts';
import type { EmulatedPlatform } from './state.ts';

/** Where the control API lives; no platform path starts so. */
export const controlPrefix = '/_emulator/';

/** The simulator's page calls the control API from another port. */
export const controlHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'content-type',
} as const;

type Route = (control: EmulatorControl, body: Record<string, unknown>) => unknown;

const done = { ok: true };

/** Where a type is asserted here, the control itself checks the value. */
const routes: Readonly<Record<string, Route>> = {
  'POST auth-codes': (control, body) => {
    const { personId, platform } = body;
    if (typeof personId !== 'string' && typeof personId !== 'number') {
      throw new ControlError('请填 personId，例如 {"personId":"zhangsan"}');
    }
    return {
      authCode: control.issueAuthCode(
        String(personId),
        platform === undefined || platform === null ? undefined : (platform as EmulatedPlatform),
      ),
    };
  },
  'GET people': (control) => control.people(),
  'GET calls': (control) => control.calls(),
  'GET calls/recent': (control) => control.recentCalls(),
  'GET callbacks': (control) => control.callbacks(),
  'GET messages': (control) => control.messages(),
  'POST faults': (control, body) => {
    control.fault(body as unknown as FaultOptions);
    return done;
  },
  'POST faults/clear': (control) => {
    control.clearFaults();
    return done;
  },
  'POST clock': (control, body) => {
    control.advance(typeof body.advanceMs === 'number' ? body.advanceMs : Number.NaN);
    return done;
  },
  'POST tokens/expire': (control) => {
    control.expireTokens();
    return done;
  },
  'POST limits': (control, body) => {
    control.limits({ perSecond: body.perSecond as number | null });
    return done;
  },
  'POST permissions': (control, body) => {
    control.permissions({ mobile: body.mobile as boolean });
    return done;
  },
  'POST mini-builds': (control, body) => {
    control.miniBuilds({ failWith: body.failWith as string | null });
    return done;
  },
  'POST reset': (control) => {
    control.reset();
    return done;
  },
};

/** Answers a call of the control API. */
export function controlAnswer(request: ApiRequest, control: EmulatorControl): Answer {
  if (request.method === 'OPTIONS') return { status: 204, body: null };
  const name = `${request.method} ${request.path.slice(controlPrefix.length)}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) {
    const known = Object.keys(routes).map((one) => one.replace(' ', ` ${controlPrefix}`));
    return { status: 404, body: { message: `没有这个控制接口。可用的：${known.join('、')}` } };
  }
  const body = jsonObject(request.body);
  if (body === null)
    return { status: 400, body: { message: '请求体要是 JSON 对象，例如 {"personId":"zhangsan"}' } };
  try {
    return { status: 200, body: route(control, body) };
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { message: error.message } };
    throw error;
  }
}
