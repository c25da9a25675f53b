import { createHttp, type Network } from './http-double.ts';
import type { CallLog } from './log.ts';
import type { PageStack } from './page-stack.ts';
import { StorageDouble } from './storage-double.ts';

/** A phone with its person: outlives the runs of the mini program. */
export class Device {
  readonly storage = new StorageDouble();
  readonly network: Network = { state: 'up', statusStyle: 'fail-with-answer' };
  /** `null` where the container has none. */
  corpId: string | null = null;
  /** What `getAuthCode` does next; back to `fresh` after one call, but for `never`. */
  nextCode: 'fresh' | 'used' | 'fail' | 'never' = 'fresh';
  /** What people answer when asked. */
  confirms = true;
  /** What `getSystemInfo` tells; null: it fails. */
  systemInfo: Record<string, unknown> | null = { platform: 'Android', version: '7.0.0' };
  /** Some 浙政钉 clients have the standard call too, which is of no use there. */
  offersBoth = false;
  /** How the container wraps a code. */
  wrapCode: (code: string) => object;
  /** Divides the mini program's own time-outs. */
  timerSpeed = 1;
  readonly container: 'dingtalk' | 'zhezhengding';
  private readonly issue: () => Promise<string>;
  private lastCode = 'never-issued';

  /** @param issue fetches a fresh single-use code for the person, as the platform's client would. */
  constructor(container: 'dingtalk' | 'zhezhengding', issue: () => Promise<string>) {
    this.container = container;
    this.issue = issue;
    this.wrapCode =
      container === 'dingtalk'
        ? (authCode) => ({ authCode })
        : (code) => ({ expireTime: 300, result: { code } });
  }

  /** The container's `dd` for one run. A name that it does not model throws. */
  createDd(log: CallLog, stack: PageStack): object {
    const navigate = (go: (url: string) => string | null) => (options: NavigateOptions) => {
      setImmediate(() => {
        const refusal = go(options.url ?? '');
        if (refusal === null) options.success?.({});
        else {
          log.violations.push(refusal);
          options.fail?.({ error: 2, errorMessage: refusal });
        }
      });
    };
    const api: Record<string, unknown> = {
      httpRequest: createHttp(this.network, log),
      getStorage: (options: Parameters<StorageDouble['get']>[0]) => this.storage.get(options),
      setStorage: (options: Parameters<StorageDouble['set']>[0]) => this.storage.set(options),
      removeStorage: (options: Parameters<StorageDouble['remove']>[0]) => this.storage.remove(options),
      navigateTo: navigate((url) => stack.navigateTo(url)),
      reLaunch: navigate((url) => stack.reLaunch(url)),
      switchTab: navigate((url) => stack.switchTab(url)),
      navigateBack: navigate(() => stack.navigateBack()),
      stopPullDownRefresh: () => undefined,
      showToast: ({ content }: { content: string }) => log.toasts.push(content),
      alert: ({ title = '', content = '' }) => log.alerts.push(`${title} ${content}`),
      confirm: ({ success }: { success?: (result: object) => void }) =>
        setImmediate(() => success?.({ confirm: this.confirms })),
      getSystemInfo: ({ success, fail }: CodeOptions) =>
        setImmediate(() => (this.systemInfo === null ? fail?.({ error: 3 }) : success?.(this.systemInfo))),
    };
    if (this.container === 'dingtalk' || this.offersBoth) {
      api.getAuthCode = (options: CodeOptions) => this.giveCode(options);
    }
    if (this.container === 'zhezhengding') {
      api.dtBridge = ({ m, onSuccess: success, onFail: fail }: BridgeOptions) => {
        if (m !== 'taurus.common.getAuthCode') log.violate(`dtBridge: unknown call ${m}`);
        this.giveCode({ ...(success && { success }), ...(fail && { fail }) });
      };
    }
    const absent = ['corpId', 'getAuthCode', 'dtBridge', 'getUpdateManager'];
    return new Proxy(api, {
      get: (target, name) => {
        if (typeof name !== 'string') return undefined;
        if (name === 'corpId') return this.corpId ?? undefined;
        const value = target[name];
        if (value === undefined && !absent.includes(name)) log.violate(`dd.${name} is not modelled`);
        if (typeof value !== 'function') return value;
        return (options: object) => {
          log.calls.push(name);
          return (value as (options: object) => unknown)(options);
        };
      },
    });
  }

  private giveCode({ success, fail }: CodeOptions): void {
    const kind = this.nextCode;
    if (kind === 'never') return;
    this.nextCode = 'fresh';
    if (kind === 'fail') {
      setImmediate(() => fail?.({ error: 3, errorMessage: 'system error' }));
    } else if (kind === 'used') {
      setImmediate(() => success?.(this.wrapCode(this.lastCode)));
    } else {
      void this.issue().then(
        (authCode) => {
          this.lastCode = authCode;
          success?.(this.wrapCode(authCode));
        },
        (error: unknown) => fail?.({ error: 3, errorMessage: String(error) }),
      );
    }
  }
}

interface NavigateOptions {
  url?: string;
  success?: (result: object) => void;
  fail?: (failure: object) => void;
}
interface CodeOptions {
  success?: (result: object) => void;
  fail?: (failure: object) => void;
}
interface BridgeOptions {
  m: string;
  onSuccess?: (result: object) => void;
  onFail?: (failure: object) => void;
}
