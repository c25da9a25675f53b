/**
 * `dd.*` as promises: the one place that knows callbacks. Every call has a time-out of its own, because a
 * container that never answers must not leave a person in front of an empty page.
 */

const STORAGE_TIMEOUT = 3_000;
const INFO_TIMEOUT = 2_000;
const AUTH_CODE_TIMEOUT = 8_000;
const HTTP_GRACE = 2_000;
/** Taps on the same thing this close together are meant as one (milliseconds). */
const DOUBLE_TAP = 600;

let lastOpened = { url: '', at: 0 };

/** A `dd` call that failed; `error` is the container's number, 13 for a time-out, null where it gave none. */
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

/** What the container reports, or null when the call failed in whatever way. */
export interface HttpAnswer {
  /** The container's error number; null when the call succeeded by its own account. */
  error: number | null;
  /** HTTP status; null where the container hides it, which some do on success too. */
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
    // A status of 0 is no answer, whatever the container calls it.
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

/** A status as a number, which some containers hand over as text; null for none. */
function httpStatus(value: unknown): number | null {
  const status = Number(value);
  return status >= 100 ? status : null;
}

export interface AuthCode {
  code: string;
  /** 浙政钉 codes belong to no corpId. */
  container: 'dingtalk' | 'zhezhengding';
}

/**
 * Asks the container for a single-use auth code (lives 5 minutes).
 *
 * @param corpId the organisation, or an empty string when unknown.
 * @throws DdError; `error` 13 when the container did not answer within 8 s.
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

/** What the container tells of itself and of the phone; nothing where the call fails. */
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
 * The size of texts that the person has set in the client (px; 16 is the standard, and where it tells nothing).
 *
 * Source: Alipay's documentation of `my.getSystemInfo`, whose containers these are: `fontSizeSetting`.
 */
export async function fontSize(): Promise<number> {
  return Number((await systemInfo()).fontSizeSetting) || 16;
}

/**
 * What tells of newer packages of the mini program; null where the container has no such thing.
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

/** The container's own corpId; an empty string where it has none. */
export function containerCorpId(): string {
  return typeof dd.corpId === 'string' ? dd.corpId : '';
}

/** A stored value; null when it is missing or cannot be read. */
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
 * Stores a value of at most 200×1024 characters, or removes it (null). Never rejects: what is stored here only spares
 * the next start some work.
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

/** Asks a person; false when they decline or the container cannot ask. No time-out: people may think. */
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
 * Puts a text on the clipboard, and says whether it is there.
 *
 * Source: DingTalk's documentation of `dd.setClipboard`; not every 浙政钉 container has it.
 */
export function copy(text: string): void {
  const fail = () => toast('复制不了，请截图发给管理员', 'none');
  if (typeof dd.setClipboard !== 'function') fail();
  else dd.setClipboard({ text, success: () => toast('已复制', 'success'), fail });
}

/** The last resort where no page can be shown. */
export function alert(title: string, content: string): void {
  dd.alert({ title, content, buttonText: '我知道了' });
}

/** Opens a page on top of this one; a second tap on the same thing opens nothing more. */
export function navigateTo(url: string): void {
  const now = Date.now();
  const since = now - lastOpened.at;
  // A clock that was put back must not keep the page shut.
  if (url === lastOpened.url && since >= 0 && since < DOUBLE_TAP) return;
  lastOpened = { url, at: now };
  dd.navigateTo({ url, fail: () => toast('页面打不开，请返回后再试', 'fail') });
}

export function switchTab(url: string): void {
  dd.switchTab({ url });
}

/** Closes every page and opens this one, tab or not; tells by an alert when even that fails, and calls `failed`. */
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
