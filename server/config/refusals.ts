import type { PlatformConfig } from '../platform/index.ts';
import type { Config } from './config.ts';
import {
  credentialsUrlExample,
  databaseUrlExample,
  development,
  zhezhengdingProductionHost,
} from './constants.ts';
import type { EnvironmentReader } from './environment.ts';

/** Complains of whatever a production start must not have. */
export function refuseDevelopmentSettings(reader: EnvironmentReader, config: Config): void {
  // A random key has many different characters; a placeholder such as `change-me-change-me-…` has few.
  const varied = new Set(config.secretKey).size >= 10;
  if (config.secretKey.length < 32 || !varied || config.secretKey === development.secretKey) {
    reader.complain(
      'SECRET_KEY',
      '生产环境需要至少 32 个字符的随机密钥，不能用开发默认值',
      '（用 node -e "console.log(crypto.randomBytes(32).toString(\'base64\'))" 生成）',
    );
  }
  if (config.database.url === null) {
    reader.complain('DATABASE_URL', '生产环境必须使用 PostgreSQL', databaseUrlExample);
  }
  const { platform } = config;
  const addresses: [string, string, string][] =
    platform.name === 'dingtalk'
      ? [
          ['DINGTALK_API_URL', platform.apiUrl, 'https://api.dingtalk.com'],
          ['DINGTALK_OAPI_URL', platform.oapiUrl, 'https://oapi.dingtalk.com'],
        ]
      : [['ZHEZHENGDING_BASE_URL', platform.baseUrl, `https://${zhezhengdingProductionHost}`]];
  for (const [variable, value, example] of addresses) {
    if (/^http:/i.test(value)) reader.complain(variable, '生产环境必须使用 https 地址', example);
  }
  if (config.auth.credentials !== null && /^http:/i.test(config.auth.credentials.url)) {
    reader.complain('CREDENTIALS_URL', '生产环境必须使用 https 地址', credentialsUrlExample);
  }
  const prefix = platform.name === 'dingtalk' ? 'DINGTALK' : 'ZHEZHENGDING';
  const credentials: [string, string][] = [
    [`${prefix}_APP_KEY`, platform.appKey],
    [`${prefix}_APP_SECRET`, platform.appSecret],
    ...(platform.name === 'dingtalk' ? [['DINGTALK_CORP_ID', platform.corpId] as [string, string]] : []),
  ];
  for (const [variable, value] of credentials) {
    if (development.emulatorPrefixes.some((start) => value.startsWith(start))) {
      reader.complain(variable, '这是平台仿真的值，生产环境不能使用', '（在开放平台的应用详情里复制）');
    }
  }
}

const rule = '指南规定：不允许使用浙政钉组织进行开发测试';

/**
 * The 浙政钉 guide: 「不允许使用浙政钉组织进行开发测试」. 浙政钉's production is known by its host; DingTalk has one
 * host for all organisations, so its production organisation is known by the corpId that the vendor lists.
 */
export function refuseProductionOrganisation(
  reader: EnvironmentReader,
  { platform }: Config,
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
 * What a developer is told when {@link refuseProductionOrganisation} knows of no DingTalk organisation that it should
 * refuse, in Chinese; null when all is well. The emulator has no organisations.
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
