/**
 * DingTalk's APIs for mini programs in development, as its npm package dingtalk-miniapp-opensdk (1.0.8) calls them; that
 * package itself downloads a compiler from outside npm and loses the log of a failed build.
 */
import { createHash, createHmac } from 'node:crypto';
import { type Environment, EnvironmentReader } from '../../server/config/environment.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

export interface MpdevSettings {
  miniAppId: string;
  /** The developer console's API Token; null fetches one with the app's key and secret. */
  token: string | null;
  appKey: string | null;
  appSecret: string | null;
  /** For the QR code of the trial version; null leaves it out. */
  agentId: string | null;
  apiUrl: string;
  storeUrl: string;
}

const bucket = 'dingtalk-miniapp-private';

/** @throws StartFailure in Chinese with what is missing. */
export function readMpdevSettings(env: Environment): MpdevSettings {
  const reader = new EnvironmentReader(env);
  const settings = {
    miniAppId: reader.optional('DINGTALK_MINI_APP_ID'),
    token: reader.optional('DINGTALK_MINI_TOKEN'),
    appKey: reader.optional('DINGTALK_APP_KEY'),
    appSecret: reader.optional('DINGTALK_APP_SECRET'),
    agentId: reader.optional('DINGTALK_AGENT_ID'),
    apiUrl: reader.optional('DINGTALK_OAPI_URL') ?? 'https://oapi.dingtalk.com',
    storeUrl: reader.optional('DINGTALK_MINI_STORE_URL') ?? `https://${bucket}.oss-cn-shanghai.aliyuncs.com`,
  };
  const { miniAppId, token, appKey, appSecret } = settings;
  const missing = [
    miniAppId === null ? 'DINGTALK_MINI_APP_ID：小程序的 miniAppId，在开发者后台小程序的“基础信息”里' : '',
    token === null && (appKey === null || appSecret === null)
      ? 'DINGTALK_MINI_TOKEN：开发者后台的 API Token；或者填 DINGTALK_APP_KEY 和 DINGTALK_APP_SECRET'
      : '',
  ].filter((line) => line !== '');
  if (miniAppId === null || missing.length > 0) {
    throw new StartFailure(
      `还不能上传，缺这些配置（写在 .env 里，或设成环境变量）：\n  ${missing.join('\n  ')}`,
    );
  }
  return { ...settings, miniAppId };
}

/** A refusal of the platform, or a failed connection. The message is Chinese and says what to do. */
export class MpdevFailure extends StartFailure {
  /** The platform may or may not have acted; the same call may succeed later. */
  readonly passing: boolean;

  constructor(message: string, passing = false) {
    super(message);
    this.passing = passing;
  }
}

const remedies: readonly [RegExp, string][] = [
  [
    /^(40014|40001|42001|41001)$/,
    '令牌无效或过期。请到开发者后台重新生成 API Token，填进 DINGTALK_MINI_TOKEN，再运行一次',
  ],
  [/^(40089|40013|40056)$/, '密钥不对。请核对 DINGTALK_APP_KEY、DINGTALK_APP_SECRET 是不是这个小程序的'],
  [/^60011$/, '应用没有这个接口的权限。请管理员在开发者后台的“权限管理”里开通；没有这一项的，改用 API Token'],
  [/^60020$/, '这台电脑的出口 IP 不在白名单里。请在开发者后台的“安全设置”里加上消息里的 IP'],
];
const busy = /^(-1|90002|90018|1111)$/;

/** The answers of the platform, whose fields come as text as well as in their types. */
export type Result = Record<string, unknown>;
const text = (value: unknown) =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';

export interface Mpdev {
  /** @throws MpdevFailure */
  call(method: 'GET' | 'POST', api: string, params: Record<string, unknown>): Promise<Result>;
  /**
   * Puts a package into the platform's storage.
   *
   * @param extension of the object's name, such as `.tar`.
   * @returns the key to name it by. @throws MpdevFailure
   */
  store(content: Uint8Array<ArrayBuffer>, extension: string): Promise<string>;
}

/** @param timeoutMs of one call; a package may take ten times as long. */
export function createMpdev(settings: MpdevSettings, timeoutMs = 30_000): Mpdev {
  let token = settings.token;

  async function ask(what: string, url: string, init: RequestInit, limit = timeoutMs) {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(limit) });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      const { name, cause } = error as Error & { cause?: { code?: string } };
      const { host } = new URL(url);
      const reason =
        name === 'TimeoutError'
          ? `${host} 在 ${limit / 1000} 秒内没有应答完`
          : `与 ${host} 的连接失败或中断（${cause?.code ?? name}）`;
      throw new MpdevFailure(`${what}没有成功：${reason}。请检查网络和代理，再运行一次。`, true);
    }
  }

  async function once(what: string, url: string, init: RequestInit): Promise<Result> {
    const { status, body } = await ask(what, url, init);
    const answer = record(body);
    if (answer === null || (answer.errcode === undefined && answer.status === undefined)) {
      const seen = body
        .replace(/<[^>]*>|\s+/g, ' ')
        .trim()
        .slice(0, 120);
      throw new MpdevFailure(
        `${what}没有成功：应答不是平台的 JSON（HTTP ${status}${seen === '' ? '，没有内容' : `：“${seen}”`}）。` +
          '多半是上网代理、防火墙或平台的拦截页，换个网络或过几分钟再运行一次。',
        true,
      );
    }
    const code = text(answer.sub_code) || text(answer.errcode ?? answer.status);
    if (code === '0') return (answer.result as Result | undefined) ?? answer;
    const words = text(answer.sub_msg) || text(answer.errmsg);
    const remedy = remedies.find(([codes]) => codes.test(code))?.[1];
    throw new MpdevFailure(
      `${what}没有成功：平台答复 ${code}${words === '' ? '' : `“${words}”`}。` +
        (busy.test(code)
          ? '平台正忙或限流，过几分钟再运行一次。'
          : remedy === undefined
            ? ''
            : `${remedy}。`),
      busy.test(code),
    );
  }

  async function fetchToken(): Promise<string> {
    const query = new URLSearchParams({ appkey: settings.appKey ?? '', appsecret: settings.appSecret ?? '' });
    return text((await once('取应用令牌', `${settings.apiUrl}/gettoken?${query}`, {})).access_token);
  }

  async function call(method: 'GET' | 'POST', api: string, params: Record<string, unknown>): Promise<Result> {
    token ??= await fetchToken();
    const query = new URLSearchParams(method === 'GET' ? (params as Record<string, string>) : {});
    query.set('access_token', token);
    const init =
      method === 'GET'
        ? {}
        : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) };
    return once(names[api] ?? api, `${settings.apiUrl}/topapi/mpdev/${api}?${query}`, init);
  }

  return {
    call,
    async store(content, extension) {
      const key = await call('GET', 'accesskey/get', { miniapp_id: settings.miniAppId });
      const name = `${text(key.name)}${extension}`;
      const md5 = createHash('md5').update(content).digest('base64');
      const type = 'application/octet-stream';
      const date = new Date().toUTCString();
      const security = text(key.security_token);
      const signed = `PUT\n${md5}\n${type}\n${date}\nx-oss-security-token:${security}\n/${bucket}/${name}`;
      const signature = createHmac('sha1', text(key.access_key_secret)).update(signed).digest('base64');
      const headers = {
        ...{ 'content-type': type, 'content-md5': md5, date, 'x-oss-security-token': security },
        authorization: `OSS ${text(key.accessid)}:${signature}`,
      };
      const url = `${settings.storeUrl}/${encodeURI(name)}`;
      const answer = await ask('上传', url, { method: 'PUT', headers, body: content }, timeoutMs * 10);
      if (answer.status === 200) return name;
      const [, code = `HTTP ${answer.status}`] = /<Code>([^<]+)/.exec(answer.body) ?? [];
      throw new MpdevFailure(
        `上传没有成功：存储服务答复 ${code}。${code === 'RequestTimeTooSkewed' ? '这台电脑的时间不对，请校准。' : '请再运行一次。'}`,
        answer.status >= 500 || !answer.body.includes('<Code>'),
      );
    },
  };
}

const names: Readonly<Record<string, string>> = {
  'accesskey/get': '取上传的临时密钥',
  'build/create': '提交云端构建',
  'build/status/get': '查询云端构建',
  'previewbuild/create': '提交预览',
  'previewbuild/status/get': '查询预览',
};

function record(body: string): Result | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Result) : null;
  } catch {
    return null;
  }
}
