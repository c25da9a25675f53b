export interface TransportRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
}

export interface TransportResponse {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Sends a request; rejects when there is no answer at all. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** The container's knowledge of a newer package when the app starts. */
export type UpdateState =
  /** The package that runs is the newest. */
  | 'none'
  /** A newer one has been downloaded; the next cold start runs it. */
  | 'ready'
  /** A newer one could not be downloaded. */
  | 'failed'
  /** A container without `dd.getUpdateManager`. */
  | 'absent';

/** Where `dd.setStorage` keeps its values: memory in tests, `localStorage` in a browser. */
export interface StorageBackend {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

export type Platform = 'dingtalk' | 'zhezhengding';

/** Faults of the device. All fields may be changed while the phone runs. */
export interface Faults {
  /** No network: every request fails with code 12. */
  noNetwork?: boolean;
  /** Each request takes this much longer. Milliseconds. */
  slowNetworkMs?: number;
  /** The address does not answer: code 12, as for a refused connection. */
  serverDown?: boolean;
  /** Something between (a portal, a proxy) answers 200 with an HTML page. */
  htmlAnswer?: boolean;
  /** The platform gives no code: `fail` with this error code (3 is a system error). */
  authCodeError?: number;
  /** The call for a code never calls back: it has no time-out of its own. */
  authCodeHangs?: boolean;
  /** The code that comes is not one that the platform knows. */
  authCodeInvalid?: boolean;
  /** `dd.setStorage` and `dd.getStorage` fail. */
  storageBroken?: boolean;
  /** Each request fails with code 13, at once. */
  requestTimesOut?: boolean;
  /** A request never calls back: containers are known that lose one. */
  requestHangs?: boolean;
  /** A request succeeds with status 0 and no data, as some containers tell of a broken connection. */
  statusZero?: boolean;
}

export type HttpErrors =
  /** Error 19 without status and data. */
  | 'fail'
  | 'fail-with-status'
  | 'fail-with-body'
  /** Error 19 with status, data and headers. */
  | 'fail-with-data'
  /** `success` with the status. */
  | 'success'
  /** `success` with the status as text. */
  | 'success-with-text'
  /** `success` with the data alone. */
  | 'success-with-body';

/** The phone's hardware and the container around the mini program. */
export interface Device {
  platform: Platform;
  /** `undefined`: the start has no corpId, as with old versions of the client. */
  corpId: string | undefined;
  storage: StorageBackend;
  transport: Transport;
  /** Asks the platform for a single-use code for the person who holds the phone. Rejects when it gets none. */
  getAuthCode(): Promise<string>;
  /** Takes what `dd.setClipboard` puts there; nowhere by default. */
  clipboard?: ((text: string) => unknown) | undefined;
  faults: Faults;
  /** How the container handles an answer of HTTP 400 and above; versions differ. */
  httpErrors: HttpErrors;
  /** HTTP 可信域名 of the app, host names; `undefined`: not checked. Others fail with code 11. */
  trustedHosts?: readonly string[] | undefined;
  /** Further fields of `dd.getSystemInfo`; null: it fails. */
  systemInfo?: Readonly<Record<string, unknown>> | null | undefined;
  /** How `dd.getAuthCode` and `dd.dtBridge` wrap a code, where it is not as documented. */
  wrapCode?: ((code: string) => object) | undefined;
  /** Some 浙政钉 clients have `dd.getAuthCode` too, which is of no use there. */
  hasBothCodeCalls?: boolean | undefined;
  /** How far the phone's clock is ahead of the real time; in the engine of an old phone alone. */
  clockAheadMs?: number | undefined;
  /** Divides the mini program's own time-outs. */
  timerSpeed?: number | undefined;
  /** Whether a newer package of the app is there; `none` by default. */
  update?: UpdateState | undefined;
}

export function memoryStorage(initial: Readonly<Record<string, string>> = {}): StorageBackend {
  const values = new Map(Object.entries(initial));
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
    keys: () => [...values.keys()],
  };
}

/** The methods of a browser's `Storage` that are used. */
export type StorageArea = {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
};

/**
 * Storage in a browser's `localStorage`, one name space for each person and app, as on a phone.
 * @param area usually `window.localStorage`
 */
export function browserStorage(area: StorageArea, prefix: string): StorageBackend {
  const own = (): string[] => {
    const names = Array.from({ length: area.length }, (_item, index) => area.key(index) ?? '');
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  };
  return {
    get: (key) => area.getItem(prefix + key) ?? undefined,
    set: (key, value) => area.setItem(prefix + key, value),
    remove: (key) => area.removeItem(prefix + key),
    keys: own,
  };
}
