import { isIP } from 'node:net';
import type { HttpCredentialsConfig } from '../auth/http-credentials.ts';
import type { DatabaseConfig } from '../database/database.ts';
import type { PlatformConfig } from '../platform/index.ts';
import { versionPattern } from '../plugins/mini-version.ts';
import { type CertificateConfig, readCertificate } from './certificate.ts';
import { type ConsoleConfig, readConsole } from './console.ts';
import { credentialsUrlExample, databaseUrlExample, defaultDataDir, development } from './constants.ts';
import { ConfigError, type Environment, EnvironmentReader } from './environment.ts';
import { type EventsConfig, readEvents } from './events.ts';
import {
  missingProductionOrganisation,
  refuseDevelopmentSettings,
  refuseProductionOrganisation,
} from './refusals.ts';

export interface AuthConfig {
  /** Whether a mobile number that the platform vouches for may match an account. */
  matchByMobile: boolean;
  /** Whether a person without a match may bind an account with user name and password. */
  binding: boolean;
  /** A session ends this long after the sign-in, in milliseconds. */
  sessionLifetimeMs: number;
  /** A session ends after this long without a request, in milliseconds. */
  sessionIdleMs: number;
  /** The vendor's account system, asked instead of the accounts here; null without one. */
  credentials: HttpCredentialsConfig | null;
  /** Passwords that no account may sign in with: the seed's, in production. */
  forbiddenPasswords: readonly string[];
}

export interface Config {
  production: boolean;
  host: string;
  port: number;
  /** Which proxies may say where a request came from: addresses or ranges, comma separated; false for none. */
  trustProxy: string | false;
  /** Requests a minute that one address may send. */
  requestsPerMinute: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Encrypts what the database must keep readable, such as the app token. */
  secretKey: string;
  platform: PlatformConfig;
  auth: AuthConfig;
  events: EventsConfig;
  console: ConsoleConfig;
  /** Whose certificate is watched; null: none. */
  certificate: CertificateConfig | null;
  /** Days that the audit log is kept: 180 at least (网络安全法, article 21), as the database enforces too. */
  auditRetentionDays: number;
  /** Whoever shows it may read /metrics; null: only the machine itself. */
  metricsToken: string | null;
  /** Above this delay of the event loop, in milliseconds, requests are turned away; 0: never. */
  maxEventLoopDelayMs: number;
  /** Mini programs older than this are asked to update; null: none. */
  miniMinimumVersion: string | null;
  database: DatabaseConfig;
  /** What is allowed, but most likely not meant; Chinese, for the log at the start. */
  warnings: readonly string[];
}

const hour = 3_600_000;

/**
 * Reads and checks the whole configuration, once, at start-up.
 *
 * @param env the environment variables (`.env` already merged in).
 * @throws ConfigError naming every variable that is wrong, with an example.
 */
export function loadConfig(env: Environment): Config {
  const reader = new EnvironmentReader(env);
  const matchByMobile = reader.oneOf('MATCH_BY_MOBILE', ['on', 'off'], 'off') === 'on';
  const environment = reader.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development');
  const production = environment === 'production';
  const platform = readPlatform(reader, matchByMobile);
  const productionOrganisations = reader.list('PRODUCTION_ORGANISATIONS');
  const warning =
    environment === 'development' ? missingProductionOrganisation(platform, productionOrganisations) : null;
  const config: Config = {
    production,
    host: readHost(reader, production ? '0.0.0.0' : '127.0.0.1'),
    port: reader.integer('PORT', 3000, 0, 65_535),
    trustProxy: readTrustProxy(reader),
    requestsPerMinute: reader.integer('REQUESTS_PER_MINUTE', 20_000, 60, 100_000_000),
    logLevel: reader.oneOf(
      'LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
    ),
    secretKey: reader.optional('SECRET_KEY') ?? (production ? '' : development.secretKey),
    platform,
    auth: {
      matchByMobile,
      binding: reader.oneOf('BINDING', ['on', 'off'], 'on') === 'on',
      sessionLifetimeMs: reader.integer('SESSION_DAYS', 30, 1, 365) * 24 * hour,
      sessionIdleMs: reader.integer('SESSION_IDLE_HOURS', 10, 1, 24 * 365) * hour,
      credentials: readCredentials(reader),
      forbiddenPasswords: production ? [development.password] : [],
    },
    events: readEvents(reader, platform),
    console: readConsole(reader, environment),
    certificate: readCertificate(reader),
    auditRetentionDays: reader.integer('AUDIT_RETENTION_DAYS', 365, 180, 3650),
    metricsToken: reader.optional('METRICS_TOKEN'),
    maxEventLoopDelayMs: reader.integer('MAX_EVENT_LOOP_DELAY_MS', 2000, 0, 60_000),
    miniMinimumVersion: readMiniVersion(reader),
    database: readDatabase(reader),
    warnings: warning === null ? [] : [warning],
  };
  if (production) refuseDevelopmentSettings(reader, config);
  else refuseProductionOrganisation(reader, config, productionOrganisations);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

function readPlatform(reader: EnvironmentReader, readMobile: boolean): PlatformConfig {
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

function readCredentials(reader: EnvironmentReader): HttpCredentialsConfig | null {
  if (reader.optional('CREDENTIALS_URL') === null) return null;
  return {
    url: reader.url('CREDENTIALS_URL', null, credentialsUrlExample),
    secret: reader.required('CREDENTIALS_SECRET', '账号系统的访问密钥', '（与账号系统约定的随机字符串）'),
    timeoutMs: reader.integer('CREDENTIALS_TIMEOUT_MS', 3000, 100, 60_000),
  };
}

/** Where to listen: an address of this machine. A domain or a URL, which people take it for, would only fail later. */
function readHost(reader: EnvironmentReader, fallback: string): string {
  const host = reader.optional('HOST') ?? fallback;
  if (isIP(host) === 0 && host !== 'localhost') {
    reader.complain('HOST', '应为本机要监听的 IP 地址，不是域名或网址；0.0.0.0 表示本机的所有地址', fallback);
  }
  return host;
}

function readTrustProxy(reader: EnvironmentReader): string | false {
  const value = reader.optional('TRUST_PROXY');
  if (value === null) return false;
  if (!value.split(',').every((entry) => isProxy(entry.trim()))) {
    reader.complain('TRUST_PROXY', '应为反向代理的 IP 地址或网段，多个用逗号分隔', '127.0.0.1,10.0.0.0/8');
  }
  return value;
}

/** What Fastify takes: an address, a range such as `10.0.0.0/8`, or a range by name. */
function isProxy(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', bits = '0', ...more] = entry.split('/');
  const family = isIP(address);
  const fits = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  return family !== 0 && fits && more.length === 0;
}

function readMiniVersion(reader: EnvironmentReader): string | null {
  const version = reader.optional('MINI_MINIMUM_VERSION');
  if (version !== null && !versionPattern.test(version)) {
    reader.complain('MINI_MINIMUM_VERSION', '应为小程序的版本号', '1.2.0');
  }
  return version;
}

function readDatabase(reader: EnvironmentReader): DatabaseConfig {
  const url = reader.optional('DATABASE_URL');
  if (url !== null && !(/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url))) {
    reader.complain(
      'DATABASE_URL',
      '不是 PostgreSQL 地址（密码里的 # / ? % @ 要写成 %23 %2F %3F %25 %40）',
      databaseUrlExample,
    );
  }
  return {
    url,
    dataDir: reader.optional('DATA_DIR') ?? defaultDataDir,
    poolSize: reader.integer('DATABASE_POOL', 10, 2, 500),
    timeoutMs: reader.integer('DATABASE_TIMEOUT_MS', 5000, 100, 60_000),
  };
}

/**
 * The database's part of the configuration alone, for tools that need no platform.
 *
 * @throws ConfigError as {@link loadConfig} does.
 */
export function loadDatabaseConfig(env: Environment): DatabaseConfig {
  const reader = new EnvironmentReader(env);
  const config = readDatabase(reader);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}
