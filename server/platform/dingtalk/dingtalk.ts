import { Type } from 'typebox';
import type { DingTalkConfig } from '../../config/platform.ts';
import { createAppToken } from '../app-token.ts';
import { guard, IdLike, IntegerLike, MaybeText, textOrNull } from '../guard.ts';
import {
  type PersonRef,
  type Platform,
  PlatformError,
  type PlatformPerson,
  type TokenStore,
} from '../platform.ts';
import type { Upstream, UpstreamRequest } from '../upstream.ts';
import { checkAnswer, checkTokenAnswer } from './errors.ts';
import { createDingTalkMessages, type DingTalkCall } from './messages.ts';

const tokenApi = '/v1.0/oauth2/accessToken';
const exchangeApi = '/topapi/v2/user/getuserinfo';
const userApi = '/topapi/v2/user/get';

const readToken = guard(Type.Object({ accessToken: Type.String({ minLength: 1 }), expireIn: IntegerLike }));

const readExchange = guard(
  Type.Object({
    errcode: IntegerLike,
    result: Type.Object({ userid: IdLike, unionid: MaybeText, name: MaybeText }),
  }),
);

const readUser = guard(
  Type.Object({
    errcode: IntegerLike,
    result: Type.Object({ userid: IdLike, unionid: MaybeText, name: MaybeText, mobile: MaybeText }),
  }),
);

/** The driver of standard DingTalk. */
export function createDingTalk(
  config: DingTalkConfig,
  { upstream, tokenStore, now }: { upstream: Upstream; tokenStore: TokenStore; now: () => number },
): Platform {
  const appToken = createAppToken({
    app: `dingtalk:${config.appKey}`,
    store: tokenStore,
    now,
    async fetchToken() {
      const asked = now();
      return upstream.call(
        {
          method: 'POST',
          baseUrl: config.apiUrl,
          api: tokenApi,
          ...jsonBody({ appKey: config.appKey, appSecret: config.appSecret }),
        },
        (answer) => {
          checkTokenAnswer(tokenApi, answer);
          const { accessToken, expireIn } = readToken(tokenApi, answer.json);
          return { token: accessToken, expiresAt: asked + Number(expireIn) * 1000 };
        },
      );
    },
  });

  /** One call with the app token; repeated once only where the platform refused the token itself. */
  function call<T>(
    api: string,
    request: (token: string) => Pick<UpstreamRequest, 'baseUrl' | 'query' | 'headers'>,
    body: object,
    read: (json: unknown) => T,
  ): Promise<T> {
    return appToken.use((token) => {
      const { headers, ...target } = request(token);
      const json = jsonBody(body);
      return upstream.call(
        { method: 'POST', api, ...target, body: json.body, headers: { ...json.headers, ...headers } },
        (answer) => {
          checkAnswer(api, answer);
          return read(answer.json);
        },
      );
    });
  }

  const callOld: DingTalkCall = (api, body, read) =>
    call(api, (token) => ({ baseUrl: config.oapiUrl, query: { access_token: token } }), body, read);

  const callNew: DingTalkCall = (api, body, read) =>
    call(
      api,
      (token) => ({ baseUrl: config.apiUrl, headers: { 'x-acs-dingtalk-access-token': token } }),
      body,
      read,
    );

  function readDetail(userid: string): Promise<PlatformPerson> {
    return callOld(userApi, { userid, language: 'zh_CN' }, (json) => {
      const { result } = readUser(userApi, json);
      if (String(result.userid) !== userid) {
        throw new PlatformError('fault', userApi, `钉钉 ${userApi} 答的不是所问的人员，请稍后重试`);
      }
      return personOf(result, config.readMobile ? mobileOf(result.mobile) : null);
    });
  }

  return {
    name: 'dingtalk',
    exchangeCode: (authCode) =>
      callOld(exchangeApi, { code: authCode }, (json) =>
        personOf(readExchange(exchangeApi, json).result, null),
      ),
    // The exchange gives the name, as a rule, but never the number.
    complete: async (person) => (config.readMobile || person.name === '' ? readDetail(person.id) : person),
    getPerson: ({ id }: PersonRef) => readDetail(id),
    ...createDingTalkMessages(config, { callOld, callNew }),
    registerEventCallback: null,
    circuits: () => upstream.circuits(),
    close: () => upstream.close(),
    hangUp: () => upstream.hangUp(),
  };
}

function personOf(
  result: { userid: string | number; unionid?: string | null; name?: string | null },
  mobile: string | null,
): PlatformPerson {
  return {
    id: String(result.userid),
    name: result.name?.trim() ?? '',
    unionId: textOrNull(result.unionid),
    employeeCode: null,
    mobile,
  };
}

/** A whole number; one that is masked (`138****0000`) or absent, as executives' are, identifies nobody. */
function mobileOf(mobile: string | null | undefined): string | null {
  const trimmed = textOrNull(mobile);
  return trimmed !== null && /^\+?[\d-]{5,20}$/.test(trimmed) ? trimmed : null;
}

function jsonBody(body: object): { headers: Record<string, string>; body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
