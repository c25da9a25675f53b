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
import { isPlaceholder, weaknessOfKey, weaknessOfToken } from './weakness.ts';

const randomExample = '（用 node -e "console.log(crypto.randomBytes(32).toString(\'base64\'))" 生成）';

/** Reports to `reader` development settings and insecure settings in production. */
export function refuseDevelopmentSettings(
  reader: EnvironmentReader,
  config: {
    secretKey: string;
    platform: PlatformConfig;
    database: DatabaseConfig;
    auth: AuthConfig;
  },
): void {
  const weakness =
    config.secretKey === development.secretKey ? '是开发默认值' : weaknessOfKey(config.secretKey);
  if (weakness !== null) {
    reader.complain('SECRET_KEY', `生产环境需要至少 32 个字符的随机密钥，现在的${weakness}`, randomExample);
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
  refuseOpenDoors(reader);
}

/** Reads the settings last, so that no problem is reported twice. */
function refuseOpenDoors(reader: EnvironmentReader): void {
  if (reader.optional('NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    reader.complain(
      'NODE_TLS_REJECT_UNAUTHORIZED',
      '0 表示不核对任何证书，谁都能冒充平台。请删掉；自建 CA 签的证书，用 NODE_EXTRA_CA_CERTS 指明那个 CA 的文件',
      '1',
    );
  }
  if (reader.optional('MIGRATION_DATABASE_URL') !== null) {
    reader.complain(
      'MIGRATION_DATABASE_URL',
      '只给 db:migrate 用，不能让服务读到：拿到它就能关掉审计日志的保护。请从 .env 里删掉，写在 shared/migrate.env',
      '（删掉这一行）',
    );
  }
  const wide = reader.list('TRUST_PROXY').filter(isTooWide);
  if (wide.length > 0) {
    reader.complain(
      'TRUST_PROXY',
      `${wide.join('、')} 太大，差不多是整个互联网：谁都能冒充别人的地址。请只填网关在内网一侧的地址`,
      '10.0.0.10',
    );
  }
  const told = new Set(reader.problems.map(({ variable }) => variable));
  for (const [variable, { value, isSet }] of reader.settings) {
    if (!isSet || value === null || told.has(variable)) continue;
    const weakness = /_TOKEN$|^CREDENTIALS_SECRET$/.test(variable) ? weaknessOfToken(value) : null;
    if (isPlaceholder(value)) {
      reader.complain(variable, '还是样例里的占位内容，请换成真实的值', '（您自己的值）');
    } else if (weakness !== null) {
      reader.complain(variable, weakness, randomExample);
    }
  }
}

/** Whether a range is wider than the largest private networks, 10.0.0.0/8 and fc00::/7. */
function isTooWide(range: string): boolean {
  const [address = '', bits] = range.split('/');
  if (bits === undefined) return false;
  if (/^::ffff:/i.test(address)) return Number(bits) < 96 + 8;
  return Number(bits) < (address.includes(':') ? 7 : 8);
}

/** A warning in Chinese, if the running version of Node.js gets no more security fixes; null otherwise. */
export const endedNode = (version: string): string | null =>
  Number.parseInt(version, 10) >= 22
    ? null
    : `Node.js ${version} 已停止维护（2026 年 4 月），不再有安全更新。请换成 Node.js 24：安装包里带的就是。`;
