import { Type } from 'typebox';
import type { DingTalkConfig } from '../../config/platform.ts';
import { type Guard, guard, IdLike, IntegerLike, MaybeText, textOrNull } from '../answer.ts';
import { createAppToken } from '../app-token.ts';
import { type Driver, PlatformError, type PlatformPerson } from '../platform.ts';
import type { TokenStore } from '../token-store.ts';
import type { Upstream, UpstreamRequest } from '../upstream.ts';
import { checkAnswer, tokenApi } from './answer.ts';
import { createMessages, type DingTalkCall } from './messages.ts';

const exchangeApi = '/topapi/v2/user/getuserinfo';
const userApi = '/topapi/v2/user/get';

/** Source: DingTalk's document of the app token of internal apps. */
const readToken = guard(Type.Object({ accessToken: Type.String({ minLength: 1 }), expireIn: IntegerLike }));

/** Source: DingTalk's document of `/topapi/v2/user/getuserinfo`. */
const readExchange = guard(
  Type.Object({
    errcode: IntegerLike,
    result: Type.Object({ userid: IdLike, unionid: MaybeText, name: MaybeText }),
  }),
);

/** Source: DingTalk's document of `/topapi/v2/user/get`. */
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
): Driver {
  const appToken = createAppToken({
    app: `dingtalk:${config.appKey}`,
    store: tokenStore,
    now,
    fetchToken: () =>
      post(
        { baseUrl: config.apiUrl, api: tokenApi },
        { appKey: config.appKey, appSecret: config.appSecret },
        (api, json) => {
          const { accessToken, expireIn } = readToken(api, json);
          return { token: accessToken, lifeSeconds: Number(expireIn) };
        },
      ),
  });

  /** An old API: the app token is in the query. */
  const callOld: DingTalkCall = (api, body, read, placeMs) =>
    appToken.use((token) =>
      post({ baseUrl: config.oapiUrl, api, query: { access_token: token }, placeMs }, body, read),
    );

  /** A new API: the app token is in a header. */
  const callNew: DingTalkCall = (api, body, read) =>
    appToken.use((token) =>
      post({ baseUrl: config.apiUrl, api, headers: { 'x-acs-dingtalk-access-token': token } }, body, read),
    );

  function post<T>(
    target: Omit<UpstreamRequest, 'method' | 'body'>,
    body: object,
    read: Guard<T>,
  ): Promise<T> {
    const { api } = target;
    const headers = { 'content-type': 'application/json', ...target.headers };
    return upstream.call({ method: 'POST', ...target, headers, body: JSON.stringify(body) }, (answer) => {
      checkAnswer(api, answer);
      return read(api, answer.json);
    });
  }

  function readDetail(userid: string): Promise<PlatformPerson> {
    return callOld(userApi, { userid, language: 'zh_CN' }, (api, json) => {
      const { result } = readUser(api, json);
      if (String(result.userid) !== userid) {
        throw new PlatformError('fault', api, `钉钉 ${api} 答的不是所问的人员，请稍后重试`);
      }
      return personOf(result, config.readMobile ? mobileOf(result.mobile) : null);
    });
  }

  return {
    name: 'dingtalk',
    exchangeCode: (authCode, placeMs) =>
      callOld(
        exchangeApi,
        { code: authCode },
        (api, json) => personOf(readExchange(api, json).result, null),
        placeMs,
      ),
    // The exchange usually gives the name, but never the number.
    complete: async (person) => (config.readMobile || person.name === '' ? readDetail(person.id) : person),
    getPerson: ({ id }) => readDetail(id),
    ...createMessages(config, { callOld, callNew }),
    registerEventCallback: null,
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

/** Null for a masked number (`138****0000`) or no number, as for executives (高管): these identify nobody. */
function mobileOf(mobile: string | null | undefined): string | null {
  const trimmed = textOrNull(mobile);
  return trimmed !== null && /^\+?[\d-]{5,20}$/.test(trimmed) ? trimmed : null;
}
