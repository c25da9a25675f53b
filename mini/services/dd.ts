/**
 * `dd.*` as promises. Every call has a time-out, because some containers never answer, and the person must not see an
 * empty page.
 */

const STORAGE_TIMEOUT = 3_000;
const INFO_TIMEOUT = 2_000;
const AUTH_CODE_TIMEOUT = 8_000;
const HTTP_GRACE = 2_000;
/** Two taps on the same thing within this time count as one (milliseconds). */
const DOUBLE_TAP = 600;

let lastOpened = { url: '', at: 0 };

/** A failed `dd` call; `error` is the container's number, 13 for a time-out, null without one. */
export class DdError extends Error {
  readonly error: number | null;
  readonly failure: Dd.Failure;

  constructor(api: string, failure: Dd.Failure) {
    super(
      `${api}: ${failure.errorMessage || 'failed'} (${failure.error === undefined ? '-' : failure.error})`,
    );
    this.name = 'DdError';
    const error = Number(failure.error);
    this.error = failure.error === undefined || Number.isNaN(error) ? null : error;
    this.failure = failure;
  }
}

function promised<Result>(
  api: string,
  timeout: number,
  start: (success: (result: Result) => void, fail: (failure: Dd.Failure) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DdError(api, { error: 13, errorMessage: `no answer within ${timeout} ms` }));
    }, timeout);
    const fail = (failure: Dd.Failure | undefined) => {
      clearTimeout(timer);
      reject(new DdError(api, failure || {}));
    };
    try {
      start((result) => {
        clearTimeout(timer);
        resolve(result);
      }, fail);
    } catch (error) {
      fail({ errorMessage: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** The container's answer; null if the call failed. */
export interface HttpAnswer {
  /** The container's error number; null if it reports a success. */
  error: number | null;
  /** HTTP status; null if the container hides it, which some do even for a success. */
  status: number | null;
  data: unknown;
  headers: unknown;
}

/**
 * `dd.httpRequest`; never rejects. `timeout` in milliseconds.
 *
 * Source: DingTalk's documentation of `dd.httpRequest`: GET and POST only; a JSON body needs its content type
 * and a string; 4/11 domain, 12 network, 13 time-out, 14 not JSON, 19 HTTP status.
 */
export async function httpRequest(
  options: Pick<Dd.HttpOptions, 'url' | 'method' | 'data'> & {
    headers: Record<string, string>;
    timeout: number;
  },
): Promise<HttpAnswer> {
  try {
    const result = await promised<Dd.HttpResult>(
      'httpRequest',
      options.timeout + HTTP_GRACE,
      (success, fail) => dd.httpRequest({ ...options, dataType: 'json', success, fail }),
    );
    const { status, data, headers } = result;
    // A status of 0 means no answer, even if the container calls it a success.
    return { error: String(status) === '0' ? 12 : null, status: httpStatus(status), data, headers };
  } catch (error) {
    const failure = error instanceof DdError ? error : new DdError('httpRequest', {});
    const { status, data, headers } = failure.failure;
    return {
      error: failure.error === null ? 12 : failure.error,
      status: httpStatus(status),
      data,
      headers,
    };
  }
}

/** The status as a number; some containers give a text. Null for none. */
function httpStatus(value: unknown): number | null {
  const status = Number(value);
  return status >= 100 ? status : null;
}

export interface AuthCode {
  code: string;
  /** 浙政钉's codes have no corpId. */
  container: 'dingtalk' | 'zhezhengding';
}

/**
 * Asks the container for a single-use auth code (valid for 5 minutes).
 *
 * @param corpId the organisation; empty if unknown.
 * @throws DdError; `error` 13 if the container does not answer within 8 s.
 */
export async function getAuthCode(
  corpId: string,
  container: 'auto' | 'dingtalk' | 'zhezhengding',
): Promise<AuthCode> {
  const taurus = container === 'zhezhengding' || (container === 'auto' && (await isTaurus()));
  const result = taurus ? await taurusCode() : await dingtalkCode(corpId);
  const places = [result.authCode, result.auth_code, result.code, result.result?.code];
  const code = places.find((place) => typeof place === 'string' && place !== '');
  if (code === undefined) {
    throw new DdError('getAuthCode', { errorMessage: 'the answer holds no code' });
  }
  return { code, container: taurus ? 'zhezhengding' : 'dingtalk' };
}

function dingtalkCode(corpId: string): Promise<Dd.AuthCodeResult> {
  return promised('getAuthCode', AUTH_CODE_TIMEOUT, (success, fail) => {
    if (typeof dd.getAuthCode !== 'function') {
      fail({ errorMessage: 'neither getAuthCode nor dtBridge' });
      return;
    }
    dd.getAuthCode(corpId === '' ? { success, fail } : { corpId, success, fail });
  });
}

function taurusCode(): Promise<Dd.AuthCodeResult> {
  return promised('dtBridge', AUTH_CODE_TIMEOUT, (onSuccess, onFail) => {
    if (typeof dd.dtBridge !== 'function') {
      onFail({ errorMessage: 'no dtBridge' });
      return;
    }
    dd.dtBridge({ m: 'taurus.common.getAuthCode', args: {}, onSuccess, onFail });
  });
}

/** Whether this is 浙政钉: its bridge is there, and either the standard call is not, or the client says so. */
async function isTaurus(): Promise<boolean> {
  if (typeof dd.dtBridge !== 'function') return false;
  if (typeof dd.getAuthCode !== 'function') return true;
  return /taurus/i.test(JSON.stringify(await systemInfo()));
}

/** The container's information about itself and the phone; empty if the call fails. */
async function systemInfo(): Promise<Record<string, unknown>> {
  try {
    const info = await promised<Record<string, unknown>>('getSystemInfo', INFO_TIMEOUT, (success, fail) =>
      dd.getSystemInfo({ success, fail }),
    );
    return info || {};
  } catch {
    return {};
  }
}

/**
 * The text size that the person has set in the client (px; 16 by default).
 *
 * Source: Alipay's documentation of `my.getSystemInfo`, whose containers these are: `fontSizeSetting`.
 */
export async function fontSize(): Promise<number> {
  return Number((await systemInfo()).fontSizeSetting) || 16;
}

/**
 * The container's update manager; null if it has none.
 *
 * Source: DingTalk's documentation of `dd.getUpdateManager`.
 */
export function updateManager(): Dd.UpdateManager | null {
  try {
    return typeof dd.getUpdateManager === 'function' ? dd.getUpdateManager() || null : null;
  } catch (error) {
    console.warn('the container has no update manager', error);
    return null;
  }
}

/** The container's corpId; empty if it has none. */
export function containerCorpId(): string {
  return typeof dd.corpId === 'string' ? dd.corpId : '';
}

/** A stored value; null if it is missing or cannot be read. */
export async function readStorage(key: string): Promise<unknown> {
  try {
    const result = await promised<{ data?: unknown } | undefined>(
      'getStorage',
      STORAGE_TIMEOUT,
      (success, fail) => dd.getStorage({ key, success, fail }),
    );
    return result === undefined || result.data === undefined ? null : result.data;
  } catch (error) {
    console.warn(`the container cannot read ${key}`, error);
    return null;
  }
}

/**
 * Stores a value of at most 200×1024 characters, or removes it (null). Never rejects: the app works without stored
 * values.
 */
export async function writeStorage(key: string, data: unknown): Promise<void> {
  try {
    await promised('setStorage', STORAGE_TIMEOUT, (success, fail) => {
      if (data === null) dd.removeStorage({ key, success, fail });
      else dd.setStorage({ key, data, success, fail });
    });
  } catch (error) {
    console.warn(`the container cannot store ${key}`, error);
  }
}

/** Asks a person; false if they decline or the container cannot ask. Without a time-out. */
export function confirm(title: string, content: string, confirmButtonText: string): Promise<boolean> {
  return new Promise((resolve) => {
    dd.confirm({
      title,
      content,
      confirmButtonText,
      cancelButtonText: '取消',
      success: (result) => resolve(result.confirm === true),
      fail: () => resolve(false),
    });
  });
}

export function toast(content: string, type: 'success' | 'fail' | 'none' = 'none'): void {
  dd.showToast({ content, type, duration: 2_000 });
}

/**
 * Copies a text to the clipboard. @returns whether that worked.
 *
 * Source: DingTalk's documentation of `dd.setClipboard`; not every 浙政钉 container has it.
 */
export function copy(text: string): void {
  const fail = () => toast('复制不了，请截图发给管理员', 'none');
  if (typeof dd.setClipboard !== 'function') fail();
  else dd.setClipboard({ text, success: () => toast('已复制', 'success'), fail });
}

/** The last resort if no page can be shown. */
export function alert(title: string, content: string): void {
  dd.alert({ title, content, buttonText: '我知道了' });
}

/** Opens a page on top of this one; a second tap has no effect. */
export function navigateTo(url: string): void {
  const now = Date.now();
  const since = now - lastOpened.at;
  // A clock that was set back must not block the page.
  if (url === lastOpened.url && since >= 0 && since < DOUBLE_TAP) return;
  lastOpened = { url, at: now };
  dd.navigateTo({ url, fail: () => toast('页面打不开，请返回后再试', 'fail') });
}

export function switchTab(url: string): void {
  dd.switchTab({ url });
}

/** Closes all pages and opens this one, tab or not; if that fails, shows an alert and calls `failed`. */
export function reLaunch(url: string, failed: () => void = () => undefined): void {
  const fail = () => {
    failed();
    alert('页面打不开', '请关闭小程序后重新打开。');
  };
  dd.reLaunch({ url, fail });
}

export function stopPullDownRefresh(): void {
  dd.stopPullDownRefresh();
}
