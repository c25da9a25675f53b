/** The clients, each with the user agent that it shows and the native bridge that its page finds. */
export const clients = {
  'dingtalk-android': {
    platform: 'dingtalk',
    userAgent:
      'Mozilla/5.0 (Linux; Android 13; 22021211RC Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 AliApp(DingTalk/7.6.50) com.alibaba.android.rimet/0 language/zh-CN',
  },
  'dingtalk-ios': {
    platform: 'dingtalk',
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AliApp(DingTalk/7.6.50) com.laiwang.DingTalk/0 language/zh-Hans-CN',
  },
  'dingtalk-pc': {
    platform: 'dingtalk',
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 dingtalk-win/1.0.0 nw(0.14.7) DingTalk(7.6.50-Release) Mojo/1.0.0 Native AppType(release)',
  },
  'zhezhengding-mobile': {
    platform: 'zhezhengding',
    userAgent:
      'Mozilla/5.0 (Linux; U; Android 12; zh-CN; V2055A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.0.0 Mobile Safari/537.36 Nebula AlipayDefined(nt:WIFI) TaurusApp/2.13.0 mPaaSClient/10.2.3',
  },
  'zhezhengding-ios': {
    platform: 'zhezhengding',
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AliApp(DingTalk/6.5.40) TaurusApp/2.13.0',
  },
  'zhezhengding-pc': {
    platform: 'zhezhengding',
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 dingtalk-win/1.0.0 TaurusApp/2.13.0',
  },
} as const;

export type ClientName = keyof typeof clients;

declare global {
  interface Window {
    /** The native side: a code, or null for a refusal; never resolves for a client that does not answer. */
    nativeCode?(name: string, args: string): Promise<string | null>;
  }
}

/**
 * Puts the client's bridge into a window. It runs in the page, before the page's own scripts, and may use nothing of
 * this file.
 * The platforms' own libraries require these shapes.
 */
export function bridgeOf(client: ClientName): void {
  type Answer = (value: unknown) => void;
  const native = (name: string, args: unknown): Promise<string | null> =>
    window.nativeCode?.(name, JSON.stringify(args)) ?? Promise.resolve(null);
  const refusal = { errorCode: '3', errorMessage: 'unknown error' };

  switch (client) {
    case 'dingtalk-android': {
      const call = (success: Answer, fail: Answer, plugin: string, action: string, args: unknown) =>
        void native(`${plugin}.${action}`, args).then((code) =>
          code === null ? fail(refusal) : success({ code }),
        );
      Object.assign(window, { nuva: { isReady: true, require: () => call } });
      break;
    }
    case 'dingtalk-ios':
    case 'zhezhengding-ios': {
      const bridge = {
        init() {},
        registerHandler() {},
        callHandler(name: string, args: unknown, answer: Answer) {
          void native(name, args).then((code) =>
            answer(code === null ? refusal : { errorCode: '0', result: { code } }),
          );
        },
      };
      // The client adds the bridge some time after the page has started, and then sends an event.
      setTimeout(() => {
        Object.assign(window, { WebViewJavascriptBridge: bridge });
        document.dispatchEvent(new Event('WebViewJavascriptBridgeReady'));
      }, 50);
      break;
    }
    case 'zhezhengding-mobile': {
      const bridge = {
        call(name: string, args: unknown, answer: Answer) {
          void native(name, args).then((code) =>
            answer(code === null ? refusal : { auth_code: code, expireTime: 300 }),
          );
        },
      };
      setTimeout(() => {
        Object.assign(window, { AlipayJSBridge: bridge });
        document.dispatchEvent(new Event('AlipayJSBridgeReady'));
      }, 50);
      break;
    }
    case 'dingtalk-pc': {
      // In this client, page and host talk by messages. They are taken here, before the browser checks the origin.
      const hostOrigin = 'https://im.dingtalk.com';
      window.name = JSON.stringify({
        // Without it the library talks to the simulator's page, which stands around the frame.
        corsIframe: true,
        hostOrigin,
        containerId: 'container-1',
        hostVersion: '7.6.50',
      });
      const post = window.postMessage.bind(window) as (...args: unknown[]) => void;
      const take = (...args: unknown[]): void => {
        const [payload, origin] = args as [{ msgId: number; methodName: string; body: unknown }, unknown];
        if (origin !== hostOrigin) {
          post(...args);
          return;
        }
        void native(payload.methodName, payload.body).then((code) => {
          const body = code === null ? refusal : { code };
          const data = { type: 'response', msgId: payload.msgId, success: code !== null, body };
          window.dispatchEvent(new MessageEvent('message', { origin: hostOrigin, data }));
        });
      };
      Object.assign(window, { postMessage: take, dingtalk: { platform: { invokeAPI() {} } } });
      break;
    }
    case 'zhezhengding-pc': {
      const listeners: ((event: string, data: unknown) => void)[] = [];
      const dingtalk = {
        event: { register: (listener: (event: string, data: unknown) => void) => listeners.push(listener) },
        platform: {
          invokeAPI(msgId: unknown, name: string, args: unknown) {
            void native(name, args).then((code) => {
              const body = code === null ? refusal : { code };
              for (const tell of listeners)
                tell('openapi.event.emit', { msgId, success: code !== null, body });
            });
          },
        },
      };
      Object.assign(window, { dingtalk });
    }
  }
}
