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

/** What the container has found out about a newer package by the time that the app runs. */
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

/** What can go wrong on the side of the device. All fields may be changed while the phone runs. */
export interface Faults {
  /** No network: every request fails with code 12. */
  noNetwork?: boolean;
  /** Each request takes this much longer. Milliseconds. */
  slowNetworkMs?: number;
  /** The address answers nobody: code 12, as for a refused connection. */
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
}

/** The phone's hardware and the container around the mini program. */
export interface Device {
  platform: Platform;
  /** `undefined`: the start has no corpId, as with old versions of the client. */
  corpId: string | undefined;
  storage: StorageBackend;
  transport: Transport;
  /** Asks the platform for a single-use code for the person who holds the phone. Rejects when it gets none. */
  getAuthCode(): Promise<string>;
  faults: Faults;
  /**
   * What the container does with an answer of HTTP 400 and above; both are seen on devices. `fail`: error 19
   * without status and data; `fail-with-data`: error 19 with them; `success`: `success` with the status.
   */
  httpErrors: 'fail' | 'fail-with-data' | 'success';
  /** HTTP 可信域名 of the app, host names; `undefined`: not checked. Others fail with code 11. */
  trustedHosts?: readonly string[] | undefined;
  systemInfo?: Readonly<Record<string, unknown>> | undefined;
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

/** What is used of a browser's `Storage`. */
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
