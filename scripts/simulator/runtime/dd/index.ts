import { PLACEHOLDER_TAGS } from '../../compiler/tags.ts';
import type { Chrome } from '../chrome.ts';
import type { Device } from '../device.ts';
import type { PageStack } from '../page-stack.ts';
import { TAGS } from '../tags/index.ts';
import {
  asynchronous,
  type CallHost,
  DdError,
  type Options,
  synchronous,
  synchronousChange,
} from './call.ts';
import { canvasContext } from './canvas.ts';
import type { Dialogs } from './dialogs.ts';
import { httpRequest } from './http.ts';
import { selectorQuery } from './selector-query.ts';
import { MiniStorage } from './storage.ts';
import { updateManager } from './updates.ts';

export interface DdParts {
  host: CallHost;
  device: Device;
  dialogs: Dialogs;
  stack: PageStack;
  chrome: Chrome;
  redraw(): void;
  /** Page and query of the start. */
  launchOptions(): { path: string; query: Readonly<Record<string, string>> };
  /** Ends the mini program and starts it anew, as a client does for a newer package. */
  restart(): void;
}

const INVALID_AUTH_CODE = 'invalid-auth-code';

/** Names that some platforms or versions lack: code may ask whether they are there. */
const ASKED_FOR: ReadonlySet<PropertyKey> = new Set([
  'corpId',
  'dtBridge',
  'getAuthCode',
  'getUpdateManager',
  'then',
  'toJSON',
]);

const SYSTEM_INFO: Readonly<Record<string, unknown>> = {
  app: 'com.alibaba.android.rimet',
  brand: '模拟器',
  fontSizeSetting: 16,
  language: 'zh-Hans',
  model: '模拟器',
  pixelRatio: 2,
  platform: 'Android',
  screenHeight: 812,
  screenWidth: 375,
  statusBarHeight: 24,
  system: '10',
  titleBarHeight: 44,
  version: '7.6.0',
  windowHeight: 744,
  windowWidth: 375,
};

/** The global `dd` of a phone. An API that is not simulated throws an error with its name. */
export function createDd(parts: DdParts): Record<string, unknown> {
  const apis = {
    ...signIn(parts),
    ...storage(parts),
    ...interaction(parts),
    ...navigation(parts),
    ...system(parts),
  };
  // Names of APIs, of tags, and `component2`. Parameters and attributes, after a dot, are not checked.
  const tags = Object.keys(TAGS).filter((tag) => !PLACEHOLDER_TAGS.includes(tag));
  const usable = new Set([...Object.keys(apis), ...tags, 'canIUse', 'component2']);
  const known: Record<string, unknown> = {
    ...apis,
    canIUse: (name: unknown) =>
      synchronous(parts.host, `canIUse ${String(name)}`, () =>
        usable.has(String(name).split('.')[0] ?? ''),
      )(),
  };
  return new Proxy(known, {
    get(target, name) {
      // Members of every object, such as `hasOwnProperty`, are no APIs.
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name) as unknown;
      if (ASKED_FOR.has(name)) return undefined;
      throw new Error(
        `模拟器没有 dd.${name}：请在真机上验证它，或在 scripts/simulator/runtime/dd 里按文档补上`,
      );
    },
  });
}

/** `my`: the same container under Alipay's name, with two names that DingTalk's list does not have; packages use them. */
export function createMy(dd: Record<string, unknown>): Record<string, unknown> {
  const confirm = (options: Options = {}): void =>
    (dd.confirm as (given: Options) => void)({
      ...options,
      confirmButtonText: options.confirmText ?? '确定',
    });
  const more: Record<string, unknown> = { request: dd.httpRequest, showModal: confirm };
  return new Proxy(dd, {
    get: (target, name) =>
      typeof name === 'string' && name in more ? more[name] : (Reflect.get(target, name) as unknown),
  });
}

function signIn({ host, device }: DdParts): Record<string, unknown> {
  const code = async (): Promise<string> => {
    const { faults } = device;
    if (faults.authCodeHangs) await new Promise(() => undefined);
    if (faults.noNetwork) throw new DdError(3, '系统错误：网络不可用');
    if (faults.authCodeError !== undefined) throw new DdError(faults.authCodeError, '获取免登授权码失败');
    if (faults.authCodeInvalid) return INVALID_AUTH_CODE;
    try {
      return await device.getAuthCode();
    } catch (error) {
      throw new DdError(3, `系统错误：${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const wrapped = async (wrap: (code: string) => object): Promise<object> =>
    (device.wrapCode ?? wrap)(await code());
  const getAuthCode = asynchronous(host, 'getAuthCode', () => wrapped((authCode) => ({ authCode })));
  if (device.platform === 'dingtalk')
    return { ...(device.corpId === undefined ? {} : { corpId: device.corpId }), getAuthCode };
  return {
    dtBridge: bridge(host, () => wrapped((given) => ({ code: given, expireTime: 300 }))),
    ...(device.hasBothCodeCalls ? { getAuthCode } : {}),
  };
}

/** 浙政钉: `dd.dtBridge({m, args, onSuccess, onFail})`. */
function bridge(host: CallHost, code: () => Promise<object>): (options: Options) => void {
  return (options) => {
    const method = String(options.m ?? '');
    const run = asynchronous(host, `dtBridge ${method}`, async () => {
      if (method !== 'taurus.common.getAuthCode') throw new DdError(1, `模拟器的 dd.dtBridge 没有 ${method}`);
      return code();
    });
    const { onSuccess, onFail } = options as { onSuccess?: Options['success']; onFail?: Options['fail'] };
    run({ ...(onSuccess ? { success: onSuccess } : {}), ...(onFail ? { fail: onFail } : {}) });
  };
}

function storage({ host, device }: DdParts): Record<string, unknown> {
  const store = new MiniStorage(device);
  const set = (options: Options): void => store.set(options.key, options.data);
  const get = (options: Options): { data: unknown } => store.get(options.key);
  const remove = (options: Options): void => store.remove(options.key);
  return {
    setStorage: asynchronous(host, 'setStorage', set),
    getStorage: asynchronous(host, 'getStorage', get),
    removeStorage: asynchronous(host, 'removeStorage', remove),
    clearStorage: asynchronous(host, 'clearStorage', () => store.clear()),
    getStorageInfo: asynchronous(host, 'getStorageInfo', () => store.info()),
    setStorageSync: synchronousChange(host, 'setStorageSync', set),
    getStorageSync: synchronous(host, 'getStorageSync', get),
    removeStorageSync: synchronousChange(host, 'removeStorageSync', remove),
    clearStorageSync: synchronousChange(host, 'clearStorageSync', () => store.clear()),
    getStorageInfoSync: synchronous(host, 'getStorageInfoSync', () => store.info()),
  };
}

function interaction({ host, dialogs, device }: DdParts): Record<string, unknown> {
  return {
    httpRequest: asynchronous(host, 'httpRequest', (options) => httpRequest(host, device, options)),
    alert: asynchronous(host, 'alert', (options) => dialogs.alert(options)),
    confirm: asynchronous(host, 'confirm', (options) => dialogs.confirm(options)),
    showActionSheet: asynchronous(host, 'showActionSheet', (options) => dialogs.showActionSheet(options)),
    showToast: asynchronous(host, 'showToast', (options) => dialogs.showToast(options)),
    hideToast: asynchronous(host, 'hideToast', () => dialogs.hideToast()),
    showLoading: asynchronous(host, 'showLoading', (options) => dialogs.showLoading(options)),
    hideLoading: asynchronous(host, 'hideLoading', () => dialogs.hideLoading()),
    setClipboard: asynchronous(host, 'setClipboard', async ({ text }) => {
      if (typeof text !== 'string') throw new DdError(2, 'dd.setClipboard 的 text 应是字符串');
      await device.clipboard?.(text);
    }),
    hideKeyboard: asynchronous(host, 'hideKeyboard', () => undefined),
  };
}

function navigation({ host, stack, chrome, redraw }: DdParts): Record<string, unknown> {
  const go = (name: string, run: (options: Options) => void): ((options?: Options) => void) =>
    asynchronous(host, name, run);
  const goTo = (name: string, run: (url: string) => void): ((options?: Options) => void) =>
    go(name, ({ url }) => {
      if (typeof url !== 'string' || url === '') throw new DdError(2, `dd.${name} 缺少 url`);
      run(url);
    });
  const bar = (options: Options): void => {
    const { top } = stack;
    if (!top) return;
    const { title, backgroundColor } = options;
    if (options.reset) top.bar = {};
    if (typeof title === 'string') top.bar.title = title;
    if (typeof backgroundColor === 'string') top.bar.backgroundColor = backgroundColor;
    redraw();
  };
  return {
    navigateTo: goTo('navigateTo', (url) => stack.navigateTo(url)),
    redirectTo: goTo('redirectTo', (url) => stack.redirectTo(url)),
    reLaunch: goTo('reLaunch', (url) => stack.reLaunch(url)),
    switchTab: goTo('switchTab', (url) => stack.switchTab(url)),
    navigateBack: go('navigateBack', (options) => stack.navigateBack(Number(options.delta ?? 1))),
    setNavigationBar: go('setNavigationBar', bar),
    startPullDownRefresh: go('startPullDownRefresh', () => {
      chrome.refreshing = true;
      stack.top?.instance.call('onPullDownRefresh', { from: 'code' });
    }),
    stopPullDownRefresh: go('stopPullDownRefresh', () => {
      chrome.refreshing = false;
    }),
    pageScrollTo: go('pageScrollTo', (options) => {
      if (stack.top) stack.top.root.scrollTop = Number(options.scrollTop ?? 0);
    }),
  };
}

function system({ host, device, restart, launchOptions, stack }: DdParts): Record<string, unknown> {
  const info = (): Record<string, unknown> => {
    if (device.systemInfo === null) throw new DdError(3, '系统错误');
    const app = device.platform === 'zhezhengding' ? { app: 'taurus' } : {};
    return { ...SYSTEM_INFO, ...app, ...device.systemInfo };
  };
  return {
    getSystemInfo: asynchronous(host, 'getSystemInfo', info),
    getSystemInfoSync: synchronous(host, 'getSystemInfoSync', info),
    SDKVersion: '1.9.0',
    env: {
      clientName: 'dingtalk',
      clientVersion: String(SYSTEM_INFO.version),
      language: SYSTEM_INFO.language,
    },
    getLanguageSync: synchronous(host, 'getLanguageSync', () => SYSTEM_INFO.language),
    getLaunchOptionsSync: synchronous(host, 'getLaunchOptionsSync', launchOptions),
    createSelectorQuery: () => selectorQuery(host, stack),
    createCanvasContext: (id: unknown) => canvasContext(stack, String(id)),
    getNetworkType: asynchronous(host, 'getNetworkType', () =>
      device.faults.noNetwork
        ? { networkAvailable: false, networkType: 'NOTREACHABLE' }
        : { networkAvailable: true, networkType: 'WIFI' },
    ),
    ...(device.update === 'absent' ? {} : { getUpdateManager: () => updateManager(host, device, restart) }),
  };
}
