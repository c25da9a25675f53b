import { Type } from 'typebox';
import type { ZhezhengdingConfig } from '../../config/platform.ts';
import { type Guard, IdLike, IntegerLike, MaybeText, maybe, textOrNull } from '../answer.ts';
import { createAppToken } from '../app-token.ts';
import { type Driver, type PersonRef, PlatformError, type PlatformPerson } from '../platform.ts';
import type { TokenStore } from '../token-store.ts';
import type { Upstream } from '../upstream.ts';
import { checkAnswer, dataGuard, exchangeApi, signatureCode } from './answer.ts';
import { createMessages, type ZhezhengdingCall } from './messages.ts';
import { createNonces, localAddress, sign, timestampOf, withoutEmpty } from './signature.ts';

/** Paths and fields: 浙政钉's documents of the app token, the code exchange, contacts and event callbacks. */
const tokenApi = '/gettoken.json';
const employeeApi = '/mozi/employee/getEmployeeByCode';
const accountsApi = '/mozi/employee/listEmployeeAccountIds';
const registerApi = '/openplatform/message/register_event_callback';

const readToken = dataGuard(
  Type.Object({ accessToken: Type.String({ minLength: 1 }), expiresIn: IntegerLike }),
);

const readExchange = dataGuard(
  Type.Object({
    accountId: IdLike,
    lastName: MaybeText,
    nickNameCn: MaybeText,
    employeeCode: MaybeText,
    realmId: IdLike,
  }),
);

// Answers about unknown people have no data.
const readEmployee = dataGuard(
  maybe(Type.Object({ employeeCode: Type.String({ minLength: 1 }), employeeName: MaybeText })),
);
const readAccounts = dataGuard(
  maybe(Type.Array(Type.Object({ accountId: IdLike, employeeCode: Type.String() }))),
);

/** The driver of 浙政钉. No API gives mobile numbers: `mobile` is always null. */
export function createZhezhengding(
  config: ZhezhengdingConfig,
  { upstream, tokenStore, now }: { upstream: Upstream; tokenStore: TokenStore; now: () => number },
): Driver {
  const nextNonce = createNonces();
  const { ip, mac } = localAddress();

  const appToken = createAppToken({
    app: `zhezhengding:${config.appKey}`,
    store: tokenStore,
    now,
    fetchToken: () =>
      call('GET', tokenApi, { appkey: config.appKey, appsecret: config.appSecret }, (api, json) => {
        const { accessToken, expiresIn } = readToken(api, json);
        return { token: accessToken, lifeSeconds: Number(expiresIn) };
      }),
  });

  const callWithToken: ZhezhengdingCall = (api, parameters, read, placeMs) =>
    appToken.use((token) => call('POST', api, { access_token: token, ...parameters }, read, placeMs));

  /** An API of the tenant: all except the token and the exchange. */
  const callTenant: ZhezhengdingCall = (api, parameters, read) =>
    callWithToken(api, { ...parameters, tenantId: config.tenantId }, read);

  /**
   * One signed call. A nonce has only four digits beside the milliseconds, so two instances may draw the same one. The
   * gateway then refuses the second call as a wrong signature, before the API sees it: so a new signature does not
   * repeat the call.
   */
  async function call<T>(...request: Parameters<typeof callOnce<T>>): Promise<T> {
    try {
      return await callOnce(...request);
    } catch (error) {
      if (!(error instanceof PlatformError && error.upstreamCode === signatureCode)) throw error;
      return callOnce(...request);
    }
  }

  function callOnce<T>(
    method: 'GET' | 'POST',
    api: string,
    parameters: Record<string, string>,
    read: Guard<T>,
    placeMs?: number | null,
  ): Promise<T> {
    const at = now();
    const timestamp = timestampOf(at);
    const nonce = nextNonce(at);
    const sent = withoutEmpty(Object.entries(parameters));
    const headers = {
      apiKey: config.appKey,
      'X-Hmac-Auth-Timestamp': timestamp,
      'X-Hmac-Auth-Version': '1.0',
      'X-Hmac-Auth-Nonce': nonce,
      'X-Hmac-Auth-Signature': sign(config.appSecret, {
        method,
        timestamp,
        nonce,
        path: api,
        parameters: sent,
      }),
      'X-Hmac-Auth-IP': ip,
      'X-Hmac-Auth-MAC': mac,
    };
    const form =
      method === 'GET'
        ? { headers, query: Object.fromEntries(sent) }
        : {
            headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams(Object.fromEntries(sent)).toString(),
          };
    return upstream.call({ method, baseUrl: config.baseUrl, api, placeMs, ...form }, (answer) =>
      read(api, checkAnswer(api, answer)),
    );
  }

  async function getPerson({ id, employeeCode }: PersonRef): Promise<PlatformPerson> {
    if (!employeeCode) {
      const message = '没有 employeeCode 的人员（如超级管理员）无法向浙政钉查询';
      throw new PlatformError('fault', employeeApi, message);
    }
    const accounts = await callTenant(accountsApi, { employeeCodes: employeeCode }, readAccounts);
    const account = accounts?.find((row) => row.employeeCode === employeeCode);
    if (String(account?.accountId) !== id) throw left(accountsApi);
    const employee = await callTenant(employeeApi, { employeeCode }, readEmployee);
    if (employee?.employeeCode !== employeeCode) throw left(employeeApi);
    return { id, name: employee.employeeName?.trim() ?? '', unionId: null, employeeCode, mobile: null };
  }

  return {
    name: 'zhezhengding',
    exchangeCode: (authCode, placeMs) =>
      callWithToken(
        exchangeApi,
        { auth_code: authCode },
        (api, json) => {
          const data = readExchange(api, json);
          if (String(data.realmId) !== config.tenantId) {
            const message = '此人员属于浙政钉的另一个租户，不是配置的租户';
            throw new PlatformError('wrong-organisation', api, message);
          }
          return {
            id: String(data.accountId),
            // `lastName` is the whole name; people choose their nickname themselves.
            name: textOrNull(data.lastName) ?? textOrNull(data.nickNameCn) ?? '',
            // `openid` is no union id: it is not the same across a vendor's apps.
            unionId: null,
            employeeCode: textOrNull(data.employeeCode),
            mobile: null,
          };
        },
        placeMs,
      ),
    // No API gives more data than the exchange.
    complete: async (person) => person,
    getPerson,
    ...createMessages(config, callTenant),
    registerEventCallback: (eventTag, callbackUrl) =>
      callTenant(registerApi, { eventTag, callbackUrl }, () => {}),
  };
}

function left(api: string): PlatformError {
  return new PlatformError('left-organisation', api, '浙政钉的通讯录里没有这个人员，或其账号已换');
}
