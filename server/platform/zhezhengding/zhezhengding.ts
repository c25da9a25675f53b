import { Type } from 'typebox';
import type { ZhezhengdingConfig } from '../../config/platform.ts';
import { createAppToken } from '../app-token.ts';
import { guard, IdLike, IntegerLike, MaybeText, maybe, textOrNull } from '../guard.ts';
import {
  type PersonRef,
  type Platform,
  PlatformError,
  type PlatformPerson,
  type TokenStore,
} from '../platform.ts';
import type { Upstream, UpstreamAnswer } from '../upstream.ts';
import { contentGuard, readRegistered, readSuccess, signatureCode } from './errors.ts';
import { createZhezhengdingMessages, type ZhezhengdingCall } from './messages.ts';
import { createNonces, localAddress, type Parameters, sign, timestampOf, withoutEmpty } from './signature.ts';

const tokenApi = '/gettoken.json';
const exchangeApi = '/rpc/oauth2/dingtalk_app_user.json';
const employeeApi = '/mozi/employee/getEmployeeByCode';
const registerApi = '/openplatform/message/register_event_callback';
const accountsApi = '/mozi/employee/listEmployeeAccountIds';

const readToken = contentGuard(
  Type.Object({ accessToken: Type.String({ minLength: 1 }), expiresIn: IntegerLike }),
);

const readExchange = contentGuard(
  Type.Object({
    accountId: IdLike,
    lastName: MaybeText,
    nickNameCn: MaybeText,
    employeeCode: MaybeText,
    realmId: IdLike,
  }),
);

// Of somebody who is unknown, the answer has no data at all.
const readEmployee = guard(
  Type.Object({
    content: Type.Object({
      data: maybe(Type.Object({ employeeCode: Type.String({ minLength: 1 }), employeeName: MaybeText })),
    }),
  }),
);

const readAccounts = guard(
  Type.Object({
    content: Type.Object({
      data: maybe(Type.Array(Type.Object({ accountId: IdLike, employeeCode: Type.String() }))),
    }),
  }),
);

/** The driver of 浙政钉. No API gives mobile numbers: `mobile` is always null. */
export function createZhezhengding(
  config: ZhezhengdingConfig,
  { upstream, tokenStore, now }: { upstream: Upstream; tokenStore: TokenStore; now: () => number },
): Platform {
  const nextNonce = createNonces();
  const { ip, mac } = localAddress();

  const appToken = createAppToken({
    app: `zhezhengding:${config.appKey}`,
    store: tokenStore,
    now,
    async fetchToken() {
      const asked = now();
      const parameters = [
        ['appkey', config.appKey],
        ['appsecret', config.appSecret],
      ] as const;
      return call('GET', tokenApi, parameters, (answer) => {
        const { accessToken, expiresIn } = readSuccess(tokenApi, answer, readToken).content.data;
        return { token: accessToken, expiresAt: asked + Number(expiresIn) * 1000 };
      });
    },
  });

  /**
   * One signed call. A nonce has only four digits beside the milliseconds, so two instances can meet on one, and
   * the gateway refuses the second as a wrong signature: before the API saw it, so signing it anew repeats nothing.
   */
  async function call<T>(
    method: 'GET' | 'POST',
    api: string,
    parameters: Parameters,
    read: (answer: UpstreamAnswer) => T,
  ): Promise<T> {
    try {
      return await callOnce(method, api, parameters, read);
    } catch (error) {
      if (!(error instanceof PlatformError && error.upstreamCode === signatureCode)) throw error;
      return callOnce(method, api, parameters, read);
    }
  }

  function callOnce<T>(
    method: 'GET' | 'POST',
    api: string,
    parameters: Parameters,
    read: (answer: UpstreamAnswer) => T,
  ): Promise<T> {
    const at = now();
    const timestamp = timestampOf(at);
    const nonce = nextNonce(at);
    const sent = new URLSearchParams(
      withoutEmpty(parameters).map(([key, value]): [string, string] => [key, value]),
    );
    const headers = {
      apiKey: config.appKey,
      'X-Hmac-Auth-Timestamp': timestamp,
      'X-Hmac-Auth-Version': '1.0',
      'X-Hmac-Auth-Nonce': nonce,
      'X-Hmac-Auth-Signature': sign(config.appSecret, { method, timestamp, nonce, path: api, parameters }),
      'X-Hmac-Auth-IP': ip,
      'X-Hmac-Auth-MAC': mac,
    };
    const target = { method, baseUrl: config.baseUrl, api };
    if (method === 'GET') return upstream.call({ ...target, headers, query: Object.fromEntries(sent) }, read);
    return upstream.call(
      {
        ...target,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: sent.toString(),
      },
      read,
    );
  }

  /** An API of the tenant: like every API but the token's, it takes the app token. */
  const callTenant: ZhezhengdingCall = (api, parameters, read) =>
    appToken.use((token) =>
      call('POST', api, [['access_token', token], ...parameters, ['tenantId', config.tenantId]], read),
    );

  async function getPerson({ id, employeeCode }: PersonRef): Promise<PlatformPerson> {
    if (!employeeCode) {
      throw new PlatformError(
        'fault',
        employeeApi,
        '没有 employeeCode 的人员（如超级管理员）无法向浙政钉查询',
      );
    }
    const accounts = await callTenant(accountsApi, [['employeeCodes', employeeCode]], (answer) =>
      readSuccess(accountsApi, answer, readAccounts),
    );
    const account = accounts.content.data?.find((row) => row.employeeCode === employeeCode);
    if (String(account?.accountId) !== id) throw left(accountsApi);
    const employee = await callTenant(employeeApi, [['employeeCode', employeeCode]], (answer) =>
      readSuccess(employeeApi, answer, readEmployee),
    );
    if (employee.content.data?.employeeCode !== employeeCode) throw left(employeeApi);
    return {
      id,
      name: employee.content.data.employeeName?.trim() ?? '',
      unionId: null,
      employeeCode,
      mobile: null,
    };
  }

  return {
    name: 'zhezhengding',
    exchangeCode: (authCode) =>
      appToken.use((token) =>
        call(
          'POST',
          exchangeApi,
          [
            ['access_token', token],
            ['auth_code', authCode],
          ],
          (answer) => {
            const { data } = readSuccess(exchangeApi, answer, readExchange).content;
            if (String(data.realmId) !== config.tenantId) {
              throw new PlatformError(
                'wrong-organisation',
                exchangeApi,
                '此人员属于浙政钉的另一个租户，不是配置的租户',
              );
            }
            return {
              id: String(data.accountId),
              // `lastName` holds the whole name; the nickname is what people chose for themselves.
              name: textOrNull(data.lastName) ?? textOrNull(data.nickNameCn) ?? '',
              // `openid` is another thing: it is not the same across a vendor's apps.
              unionId: null,
              employeeCode: textOrNull(data.employeeCode),
              mobile: null,
            };
          },
        ),
      ),
    // No API tells more than the exchange.
    complete: async (person) => person,
    getPerson,
    ...createZhezhengdingMessages(config, callTenant),
    registerEventCallback: (eventTag, callbackUrl) =>
      callTenant(
        registerApi,
        [
          ['eventTag', eventTag],
          ['callbackUrl', callbackUrl],
        ],
        (answer) => readRegistered(registerApi, answer),
      ),
    circuits: () => upstream.circuits(),
    close: () => upstream.close(),
    hangUp: () => upstream.hangUp(),
  };
}

function left(api: string): PlatformError {
  return new PlatformError('left-organisation', api, '浙政钉的通讯录里没有这个人员，或其账号已换');
}
