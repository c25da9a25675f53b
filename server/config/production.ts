import type { AuthConfig } from './auth.ts';
import {
  credentialsUrlExample,
  databaseUrlExample,
  development,
  zhezhengdingProductionHost,
} from './constants.ts';
import type { DatabaseConfig } from './database.ts';
import type { EnvironmentReader } from './environment.ts';
import type { PlatformConfig } from './platform.ts';

/** Complains to `reader` of development settings in production. */
export function refuseDevelopmentSettings(
  reader: EnvironmentReader,
  config: {
    secretKey: string;
    platform: PlatformConfig;
    database: DatabaseConfig;
    auth: AuthConfig;
  },
): void {
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
