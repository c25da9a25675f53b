import { call, ddOf, openCaller } from './caller.ts';

/**
 * Source: 支付宝小程序文档「缓存」 (https://opendocs.alipay.com/mini/api/storage):
 * `{data}`, 200×1024 characters a value as a string, 10 MB in total, synchronous forms with the answer as their value.
 */
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

/**
 * Sources: DingTalk's document of dd.getAuthCode (https://open.dingtalk.com/document/orgapp-client/mini-program-free-login):
 * `{authCode}`, single use, error 3 for a system error; 浙政钉: npm `gdt-jsapi`, `taurus.common.getAuthCode`.
 */
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

/**
 * Sources: DingTalk's documents of each API (https://open.dingtalk.com/document/orgapp-client/jsapi-overview), all with
 * `success`, `fail` and `complete`; 支付宝小程序文档「界面·交互反馈」 (https://opendocs.alipay.com/mini/api/ui-feedback) for when `success` of a toast or a sheet comes.
 */
describe('the rest of dd', () => {
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

  test('a toast goes away by itself, loading when the app hides it', async () => {
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

  test('success of a toast comes when it is hidden or replaced', async () => {
    const app = await openCaller();
    const first = call(app, 'showToast', { content: '一', duration: 60_000 });
    await app.waitFor('一');
    const second = call(app, 'showToast', { content: '二', duration: 60_000 });
    expect(await first).toEqual({ success: {} });
    await call(app, 'hideToast');
    expect(await second).toEqual({ success: {} });
  });

  test('an action sheet gives the index, -1 when the person leaves it', async () => {
    const app = await openCaller();
    const items = ['甲', '乙'];
    for (const [tapped, index] of [
      ['乙', 1],
      ['取消', -1],
    ] as const) {
      const answer = call(app, 'showActionSheet', { items });
      await app.waitFor('乙');
      await app.tap(tapped);
      expect(await answer).toEqual({ success: { index } });
    }
  });

  test('getSystemInfo and getNetworkType answer', async () => {
    const app = await openCaller();
    expect(await call(app, 'getSystemInfo')).toMatchObject({ success: { windowWidth: 375, pixelRatio: 2 } });
    app.faults.noNetwork = true;
    expect(await call(app, 'getNetworkType')).toMatchObject({ success: { networkAvailable: false } });
  });
});
