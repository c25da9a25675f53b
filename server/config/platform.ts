import { development, zhezhengdingProductionHost } from './constants.ts';
import type { EnvironmentReader } from './environment.ts';

/** An internal app of one DingTalk organisation. */
export interface DingTalkConfig {
  name: 'dingtalk';
  appKey: string;
  appSecret: string;
  /** The organisation's id. The app token belongs to it, and so every person of an exchange. */
  corpId: string;
  /** `https://api.dingtalk.com`: the new APIs. */
  apiUrl: string;
  /** `https://oapi.dingtalk.com`: the old APIs. */
  oapiUrl: string;
  /** Whether the app reads mobile numbers: one more call for each person without an account. */
  readMobile: boolean;
  /** For work notifications: the app's AgentId. */
  agentId?: string | null;
  /** For DING: the code of the app's robot. */
  robotCode?: string | null;
  /** Time-out of one call in milliseconds. */
  timeoutMs: number;
}

/** An app of one 浙政钉 (专有钉钉) tenant. */
export interface ZhezhengdingConfig {
  name: 'zhezhengding';
  appKey: string;
  appSecret: string;
  /** The tenant's number; people of another tenant are refused. */
  tenantId: string;
  /** `https://openplatform-pro.ding.zj.gov.cn` in production, or the address of a proxy to it. */
  baseUrl: string;
  /** For DING: the accountId of the person in whose name it is sent. */
  dingCreator?: string | null;
  /** For taking work notifications back: the app's identifier (应用标识), where the platform asks for it. */
  messageApp?: string | null;
  /** Time-out of one call in milliseconds. */
  timeoutMs: number;
}

/** Limits of calls to the platform. */
export interface ProtectionConfig {
  /**
   * Calls a second for each API; no limit without it. DingTalk's standard edition allows 20 for each app and API, over
   * all instances.
   */
  callsPerSecond?: number;
  /**
   * The longest wait of a call for its turn, in milliseconds; by default three windows of the limit. Then it is `busy`.
   */
  maxQueueMs?: number;
  /**
   * Failures of an API, among twice as many of its latest calls, after which its calls are paused; never without it.
   */
  breakerFailures?: number;
  /** How long calls to an API are paused before one call tries it again, in milliseconds; 10,000 by default. */
  breakerOpenMs?: number;
}

export type PlatformConfig = (DingTalkConfig | ZhezhengdingConfig) & ProtectionConfig;

/**
 * Reads the settings of the platform that `PLATFORM` names; complains to `reader` about wrong ones.
 *
 * @param readMobile whether mobile numbers are wanted, which is one more call to DingTalk.
 */
export function readPlatform(reader: EnvironmentReader, readMobile: boolean): PlatformConfig {
  const common = {
    timeoutMs: reader.integer('PLATFORM_TIMEOUT_MS', 5000, 100, 60_000),
    callsPerSecond: reader.integer('PLATFORM_CALLS_PER_SECOND', 20, 1, 100_000),
    breakerFailures: 5,
  };
  if (reader.oneOf('PLATFORM', ['dingtalk', 'zhezhengding'], 'dingtalk') === 'zhezhengding') {
    return {
      name: 'zhezhengding',
      appKey: reader.required('ZHEZHENGDING_APP_KEY', '浙政钉应用的 App Key', 'myapp-9Xk2'),
      appSecret: reader.required(
        'ZHEZHENGDING_APP_SECRET',
        '浙政钉应用的 App Secret',
        '（在开放平台的应用详情里复制）',
      ),
      tenantId: reader.required('ZHEZHENGDING_TENANT_ID', '租户 id（realmId）', '196729'),
      baseUrl: reader.url('ZHEZHENGDING_BASE_URL', null, 'https://openplatform-pro.ding.zj.gov.cn'),
      dingCreator: reader.optional('ZHEZHENGDING_DING_CREATOR'),
      messageApp: reader.optional('ZHEZHENGDING_MESSAGE_APP'),
      ...common,
    };
  }
  return {
    name: 'dingtalk',
    appKey: reader.required('DINGTALK_APP_KEY', '钉钉应用的 Client ID（AppKey）', 'dingabc123'),
    appSecret: reader.required(
      'DINGTALK_APP_SECRET',
      '钉钉应用的 Client Secret（AppSecret）',
      '（在开放平台的应用详情里复制）',
    ),
    corpId: reader.required('DINGTALK_CORP_ID', '组织的 corpId', 'ding0123456789abcdef'),
    apiUrl: reader.url('DINGTALK_API_URL', 'https://api.dingtalk.com', 'https://api.dingtalk.com'),
    oapiUrl: reader.url('DINGTALK_OAPI_URL', 'https://oapi.dingtalk.com', 'https://oapi.dingtalk.com'),
    readMobile,
    agentId: reader.optional('DINGTALK_AGENT_ID'),
    robotCode: reader.optional('DINGTALK_ROBOT_CODE'),
    ...common,
  };
}

const rule = '指南规定：不允许使用浙政钉组织进行开发测试';

/**
 * The 浙政钉 guide: 「不允许使用浙政钉组织进行开发测试」. 浙政钉's production is known by its host; DingTalk has one
 * host for all organisations, so its production organisation is known by the corpId that the vendor lists.
 */
export function refuseProductionOrganisation(
  reader: EnvironmentReader,
  platform: PlatformConfig,
  productionOrganisations: readonly string[],
): void {
  const remedy = `${rule}。请改用测试组织；正式上线请设置 NODE_ENV=production`;
  if (platform.name === 'zhezhengding') {
    if (URL.canParse(platform.baseUrl) && new URL(platform.baseUrl).hostname === zhezhengdingProductionHost) {
      reader.complain('ZHEZHENGDING_BASE_URL', `这是正式平台，${remedy}`, 'https://openplatform.dg-work.cn');
    }
    if (productionOrganisations.includes(platform.tenantId)) {
      reader.complain('ZHEZHENGDING_TENANT_ID', `这是正式组织，${remedy}`, '57');
    }
  } else if (productionOrganisations.includes(platform.corpId)) {
    reader.complain('DINGTALK_CORP_ID', `这是正式组织，${remedy}`, 'ding0123456789abcdef');
  }
}

/**
 * A warning in Chinese, if {@link refuseProductionOrganisation} has no list of DingTalk organisations to refuse; null
 * otherwise. The emulator has no organisations.
 */
export function missingProductionOrganisation(
  platform: PlatformConfig,
  productionOrganisations: readonly string[],
): string | null {
  if (platform.name !== 'dingtalk' || productionOrganisations.length > 0) return null;
  const isEmulator = [platform.appKey, platform.corpId].every((value) =>
    development.emulatorPrefixes.some((start) => value.startsWith(start)),
  );
  if (isEmulator) return null;
  return (
    `没有设置 PRODUCTION_ORGANISATIONS。${rule}；钉钉的正式组织和测试组织用同一个地址，不填就认不出正式组织、拦不住误连。` +
    '请在 .env 里填上正式组织的 corpId（多个用逗号分隔），例如：PRODUCTION_ORGANISATIONS=ding0123456789abcdef'
  );
}
