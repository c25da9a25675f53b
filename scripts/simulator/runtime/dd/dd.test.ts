import type { OpenAppOptions, OpenedApp } from '../../harness/open-app.ts';
import { openPage } from '../../harness/testing.ts';
import type { TransportRequest, TransportResponse } from './http.ts';

/** A page that calls any `dd` API and gives the answer as `success:…` or `fail:…`. */
function openCaller(options: OpenAppOptions = {}): Promise<OpenedApp> {
  const script = `
    call(api, options) {
      return new Promise((resolve) => {
        dd[api](Object.assign({ success: (r) => resolve({ success: r }), fail: (e) => resolve({ fail: e }) }, options));
      });
    },
    dd() { return dd; }`;
  return openPage('<view>页</view>', script, {}, options);
}

interface Answer {
  success?: unknown;
  fail?: { error: number; errorMessage: string; status?: number; data?: unknown };
}

async function call(app: OpenedApp, api: string, options: object = {}): Promise<Answer> {
  const page = app.phone.stack.top?.instance.self as { call(api: string, options: object): Promise<Answer> };
  return page.call(api, options);
}

function ddOf(app: OpenedApp): Record<string, (...args: unknown[]) => unknown> {
  const page = app.phone.stack.top?.instance.self as { dd(): Record<string, () => unknown> };
  return page.dd();
}

/** A server that records what it gets and answers what it is told. */
function server(answer: Partial<TransportResponse> = {}) {
  const requests: TransportRequest[] = [];
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    requests.push(request);
    return { status: 200, headers: {}, text: '{"a":1}', ...answer };
  };
  return { requests, transport };
}

const url = 'http://server.invalid/api';

describe('dd.httpRequest', () => {
  test('GET and POST only', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await call(app, 'httpRequest', { url, method })).fail?.errorMessage).toContain(method);
    }
    expect(requests).toHaveLength(0);
  });

  test('a body is form-urlencoded by default', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    await call(app, 'httpRequest', { url, method: 'POST', data: { a: 1, b: '中 文' } });
    expect(requests[0]).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=1&b=%E4%B8%AD+%E6%96%87',
    });
  });

  test('JSON must be a string', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    const headers = { 'Content-Type': 'application/json' };
    const refused = await call(app, 'httpRequest', { url, method: 'POST', headers, data: { a: 1 } });
    expect(refused.fail?.errorMessage).toContain('JSON.stringify');
    await call(app, 'httpRequest', { url, method: 'POST', headers, data: '{"a":1}' });
    expect(requests.map((request) => request.body)).toEqual(['{"a":1}']);
  });

  test('data of a GET goes into the query', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    await call(app, 'httpRequest', { url: `${url}?x=1`, data: { a: 2 } });
    expect(requests[0]?.url).toBe(`${url}?x=1&a=2`);
  });

  test('it is headers, not header', async () => {
    const app = await openCaller({ transport: server().transport });
    expect((await call(app, 'httpRequest', { url, header: {} })).fail?.errorMessage).toContain('headers');
  });

  test('success has data, status and headers', async () => {
    const app = await openCaller({ transport: server({ headers: { 'x-a': 'b' } }).transport });
    expect(await call(app, 'httpRequest', { url })).toEqual({
      success: { data: { a: 1 }, status: 200, headers: { 'x-a': 'b' } },
    });
    expect(await call(app, 'httpRequest', { url, dataType: 'text' })).toMatchObject({
      success: { data: '{"a":1}' },
    });
    expect(await call(app, 'httpRequest', { url, dataType: 'base64' })).toMatchObject({
      success: { data: 'eyJhIjoxfQ==' },
    });
  });

  test('11: the host is not on the list of HTTP 可信域名', async () => {
    const app = await openCaller({ transport: server().transport, trustedHosts: ['other.invalid'] });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(11);
  });

  test.each([
    ['no network', { noNetwork: true }],
    ['a server that is down', { serverDown: true }],
  ])('12: %s', async (_name, faults) => {
    const app = await openCaller({ transport: server().transport, faults });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(12);
  });

  test('12: the transport fails', async () => {
    const app = await openCaller({ transport: () => Promise.reject(new Error('ECONNREFUSED')) });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(12);
  });

  test('13: no answer in time, and the request is given up', async () => {
    let aborted = false;
    const transport = ({ signal }: TransportRequest): Promise<TransportResponse> => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    };
    const app = await openCaller({ transport });
    expect((await call(app, 'httpRequest', { url, timeout: 10 })).fail?.error).toBe(13);
    expect(aborted).toBe(true);
  });

  test('13: a slow network', async () => {
    const app = await openCaller({ transport: server().transport, faults: { slowNetworkMs: 200 } });
    expect((await call(app, 'httpRequest', { url, timeout: 10 })).fail?.error).toBe(13);
  });

  test('14: the answer is no JSON', async () => {
    const app = await openCaller({ transport: server().transport, faults: { htmlAnswer: true } });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(14);
  });

  test('19: HTTP 400 and above, in the three ways that containers have', async () => {
    const { transport } = server({ status: 401 });
    const hidden = await openCaller({ transport });
    expect((await call(hidden, 'httpRequest', { url })).fail).toEqual({
      error: 19,
      errorMessage: expect.any(String) as string,
    });
    const shown = await openCaller({ transport, httpErrors: 'fail-with-data' });
    expect((await call(shown, 'httpRequest', { url })).fail).toMatchObject({
      error: 19,
      status: 401,
      data: { a: 1 },
    });
    const success = await openCaller({ transport, httpErrors: 'success' });
    expect(await call(success, 'httpRequest', { url })).toMatchObject({ success: { status: 401 } });
  });

  test('every request is on the timeline with its status or error', async () => {
    const app = await openCaller({ transport: server({ status: 500 }).transport });
    await call(app, 'httpRequest', { url });
    app.faults.noNetwork = true;
    await call(app, 'httpRequest', { url });
    const requests = app.events.filter((event) => event.kind === 'request');
    expect(requests).toMatchObject([
      { method: 'GET', url, status: 500 },
      { method: 'GET', url, error: 12 },
    ]);
  });
});

describe('storage', () => {
  test('getStorage gives {data}, null when there is nothing, and a copy', async () => {
    const app = await openCaller({ storage: { old: 1 } });
    expect(await call(app, 'getStorage', { key: 'none' })).toEqual({ success: { data: null } });
    expect(await call(app, 'getStorage', { key: 'old' })).toEqual({ success: { data: 1 } });
    const value = { a: [1] };
    await call(app, 'setStorage', { key: 'k', data: value });
    value.a.push(2);
    expect(await call(app, 'getStorage', { key: 'k' })).toEqual({ success: { data: { a: [1] } } });
    await call(app, 'removeStorage', { key: 'k' });
    expect(app.storage).toEqual({ old: 1 });
    await call(app, 'clearStorage');
    expect(app.storage).toEqual({});
  });

  test('the synchronous forms share the store', async () => {
    const app = await openCaller();
    const dd = ddOf(app);
    dd.setStorageSync?.({ key: 'k', data: 'v' });
    expect(dd.getStorageSync?.({ key: 'k' })).toEqual({ data: 'v' });
    expect(dd.getStorageInfoSync?.()).toMatchObject({ keys: ['k'] });
  });

  test('one value has at most 200×1024 characters', async () => {
    const app = await openCaller();
    const fits = 'x'.repeat(200 * 1024 - 2);
    expect(await call(app, 'setStorage', { key: 'k', data: fits })).toEqual({ success: {} });
    expect((await call(app, 'setStorage', { key: 'k', data: `${fits}x` })).fail?.errorMessage).toContain(
      '上限',
    );
  });

  test('storage outlives a cold start', async () => {
    const app = await openCaller();
    await call(app, 'setStorage', { key: 'k', data: 1 });
    await app.restart({ cold: true });
    expect(await call(app, 'getStorage', { key: 'k' })).toEqual({ success: { data: 1 } });
  });

  test('a broken store fails', async () => {
    const app = await openCaller({ faults: { storageBroken: true } });
    expect((await call(app, 'getStorage', { key: 'k' })).fail?.error).toBe(3);
  });
});

describe('auth codes', () => {
  test('dd.getAuthCode gives {authCode}, a new one each time', async () => {
    let count = 0;
    const app = await openCaller({ authCodes: async () => `code-${++count}` });
    expect(await call(app, 'getAuthCode', {})).toEqual({ success: { authCode: 'code-1' } });
    expect(await call(app, 'getAuthCode', {})).toEqual({ success: { authCode: 'code-2' } });
  });

  test('it has no time-out of its own', async () => {
    const app = await openCaller({ authCodes: async () => 'x', faults: { authCodeHangs: true } });
    const late = await Promise.race([
      call(app, 'getAuthCode'),
      new Promise((resolve) => setTimeout(resolve, 30, 'nothing')),
    ]);
    expect(late).toBe('nothing');
  });

  test('faults: an error code, a code that nobody knows', async () => {
    const app = await openCaller({ authCodes: async () => 'x', faults: { authCodeError: 3 } });
    expect((await call(app, 'getAuthCode')).fail?.error).toBe(3);
    delete app.faults.authCodeError;
    app.faults.authCodeInvalid = true;
    expect(await call(app, 'getAuthCode')).toEqual({ success: { authCode: 'invalid-auth-code' } });
  });

  test('浙政钉 has dd.dtBridge and no dd.getAuthCode', async () => {
    const app = await openCaller({ platform: 'zhezhengding', authCodes: async () => 'zzd' });
    const dd = ddOf(app);
    const ask = (m: string): Promise<unknown> =>
      new Promise((resolve) => dd.dtBridge?.({ m, args: {}, onSuccess: resolve, onFail: resolve }));
    expect(await ask('taurus.common.getAuthCode')).toEqual({ code: 'zzd', expireTime: 300 });
    expect(await ask('taurus.common.other')).toMatchObject({ error: 1 });
    expect(dd.getAuthCode).toBeUndefined();
  });

  test('DingTalk has no dd.dtBridge, and dd.corpId where the client gives it', async () => {
    const app = await openCaller();
    expect(ddOf(app).dtBridge).toBeUndefined();
    expect(ddOf(app).corpId).toBe('dingemulator0001');
    expect(ddOf(await openCaller({ corpId: null })).corpId).toBeUndefined();
  });
});

describe('the rest of dd', () => {
  test('an API that is not modelled fails by its name', async () => {
    const app = await openCaller();
    expect(() => ddOf(app).chooseImage).toThrow('dd.chooseImage');
  });

  test('callbacks run later, success before complete', async () => {
    const app = await openCaller();
    const order: string[] = [];
    ddOf(app).hideKeyboard?.({
      success: () => order.push('success'),
      complete: () => order.push('complete'),
    });
    order.push('called');
    await app.waitFor(() => order.length === 3);
    expect(order).toEqual(['called', 'success', 'complete']);
  });

  test('alert and confirm wait for the person', async () => {
    const app = await openCaller();
    const alert = call(app, 'alert', { title: '题', content: '内容', buttonText: '好' });
    await app.waitFor('题 内容 好');
    await app.tap('好');
    expect(await alert).toEqual({ success: {} });
    const confirm = call(app, 'confirm', {
      content: '删除？',
      confirmButtonText: '删除',
      cancelButtonText: '不',
    });
    await app.waitFor('删除？');
    await app.tap('不');
    expect(await confirm).toEqual({ success: { confirm: false } });
  });

  test('a dialog covers the page', async () => {
    const app = await openCaller();
    void call(app, 'alert', { content: '挡住' });
    await app.waitFor('挡住');
    await expect(app.tap('页')).rejects.toThrow('没有“页”');
  });

  test('a toast goes by itself, loading goes when it is told', async () => {
    const app = await openCaller();
    const toast = call(app, 'showToast', { content: '好了', duration: 20 });
    await app.waitFor('好了');
    expect(await toast).toEqual({ success: {} });
    expect(app.text()).toBe('页');
    await call(app, 'showLoading', { content: '请稍候' });
    expect(app.text()).toBe('页 请稍候');
    await call(app, 'hideLoading');
    expect(app.text()).toBe('页');
  });

  test('canIUse knows what is there; getSystemInfo and getNetworkType answer', async () => {
    const app = await openCaller();
    expect([ddOf(app).canIUse?.('httpRequest'), ddOf(app).canIUse?.('chooseImage')]).toEqual([true, false]);
    expect(await call(app, 'getSystemInfo')).toMatchObject({ success: { windowWidth: 375, pixelRatio: 2 } });
    app.faults.noNetwork = true;
    expect(await call(app, 'getNetworkType')).toMatchObject({ success: { networkAvailable: false } });
  });
});
