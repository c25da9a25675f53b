/**
 * The part of `dd.*` that this mini program uses, by DingTalk's documentation. The public type packages describe
 * Alipay's `my.*`, whose defaults and names differ; so an API that is not written down here does not compile.
 */
declare namespace Dd {
  /** What a failed call hands over; `status`, `data` and `headers` come with error 19 in some versions only. */
  interface Failure {
    error?: number | string;
    errorMessage?: string;
    status?: number | string;
    data?: unknown;
    headers?: unknown;
  }

  interface Callbacks<Result> {
    success?: (result: Result) => void;
    fail?: (failure: Failure) => void;
    complete?: () => void;
  }

  interface AuthCodeResult {
    authCode?: string;
    auth_code?: string;
    code?: string;
    result?: { code?: string } | null;
  }

  interface HttpOptions extends Callbacks<HttpResult> {
    url: string;
    method: 'GET' | 'POST';
    headers?: Record<string, string>;
    /** A string for JSON bodies: an object is sent form-urlencoded. */
    data?: string;
    /** Milliseconds; the container's own default is 30 000. */
    timeout?: number;
    dataType?: 'json' | 'text' | 'base64';
  }

  interface HttpResult {
    data?: unknown;
    status?: number | string;
    headers?: unknown;
  }

  /** The container looks for a newer package by itself at each cold start; the next cold start runs it. */
  interface UpdateManager {
    /** A newer package has been downloaded. */
    onUpdateReady(listener: () => void): void;
    /** A newer package could not be downloaded. */
    onUpdateFailed(listener: () => void): void;
    /** Starts the mini program anew, with the newer package. */
    applyUpdate(): void;
  }

  interface Api {
    /** Historical, synchronous; empty or missing in some containers. */
    readonly corpId?: string;
    /** Missing in some 浙政钉 containers. */
    getAuthCode?(options: Callbacks<AuthCodeResult> & { corpId?: string }): void;
    /** 浙政钉 (专有钉钉) containers only. */
    dtBridge?(options: {
      m: string;
      args?: Record<string, unknown>;
      onSuccess?: (result: AuthCodeResult) => void;
      onFail?: (failure: Failure) => void;
    }): void;
    httpRequest(options: HttpOptions): void;
    /** Missing in old clients, and in some 浙政钉 containers. */
    getUpdateManager?(): UpdateManager;
    getSystemInfo(options: Callbacks<Record<string, unknown>>): void;
    getStorage(options: Callbacks<{ data?: unknown }> & { key: string }): void;
    setStorage(options: Callbacks<unknown> & { key: string; data: unknown }): void;
    removeStorage(options: Callbacks<unknown> & { key: string }): void;
    alert(options: Callbacks<unknown> & { title?: string; content?: string; buttonText?: string }): void;
    confirm(
      options: Callbacks<{ confirm: boolean }> & {
        title?: string;
        content?: string;
        confirmButtonText?: string;
        cancelButtonText?: string;
      },
    ): void;
    showToast(
      options: Callbacks<unknown> & {
        content: string;
        type?: 'success' | 'fail' | 'exception' | 'none';
        duration?: number;
      },
    ): void;
    /** Missing in some containers. */
    setClipboard?(options: Callbacks<unknown> & { text: string }): void;
    navigateTo(options: Callbacks<unknown> & { url: string }): void;
    reLaunch(options: Callbacks<unknown> & { url: string }): void;
    switchTab(options: Callbacks<unknown> & { url: string }): void;
    stopPullDownRefresh(): void;
  }
}

declare const dd: Dd.Api;
