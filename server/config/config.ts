import { isIP } from 'node:net';
import { type AuthConfig, readAuth } from './auth.ts';
import { type CertificateConfig, readCertificate } from './certificate.ts';
import { type ConsoleConfig, readConsole } from './console.ts';
import { development } from './constants.ts';
import { type DatabaseConfig, readDatabase } from './database.ts';
import { ConfigError, type Environment, EnvironmentReader, type Setting } from './environment.ts';
import { type EventsConfig, readEvents } from './events.ts';
import { requestsPerMinute } from './limits.ts';
import { readMiniVersion } from './mini-version.ts';
import {
  missingProductionOrganisation,
  type PlatformConfig,
  readPlatform,
  refuseProductionOrganisation,
} from './platform.ts';
import { endedNode, refuseDevelopmentSettings } from './production.ts';

export interface Config {
  production: boolean;
  host: string;
  port: number;
  /** Proxies whose headers name the client: addresses or ranges, comma separated; false for none. */
  trustProxy: string | false;
  /** Requests that one address may send in a minute. */
  requestsPerMinute: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Encrypts values in the database that must be readable, such as the app token. */
  secretKey: string;
  platform: PlatformConfig;
  auth: AuthConfig;
  events: EventsConfig; // part: events
  console: ConsoleConfig; // part: console
  /** The address whose certificate is watched; null for none. */
  certificate: CertificateConfig | null;
  /** Days that the audit log is kept: 180 at least (网络安全法, article 21), as the database enforces too. */
  auditRetentionDays: number;
  /** The token for /metrics; null: only this machine may read them. */
  metricsToken: string | null;
  /** Requests are refused above this delay of the event loop, in milliseconds; 0: never. */
  maxEventLoopDelayMs: number;
  /** Mini programs older than this are asked to update; null: none. */
  miniMinimumVersion: string | null;
  database: DatabaseConfig;
  /** Every variable that was read, by name, for the console's page of settings. */
  settings: ReadonlyMap<string, Setting>;
  /** Settings that are allowed, but probably a mistake; Chinese, for the log at the start. */
  warnings: readonly string[];
}

/**
 * Reads and checks the whole configuration, once, at start-up.
 *
 * @param env the environment variables (`.env` already merged in).
 * @param node the version of Node.js that runs.
 * @throws ConfigError naming every variable that is wrong, with an example.
 */
export function loadConfig(env: Environment, node = process.versions.node): Config {
  const reader = new EnvironmentReader(env);
  const environment = reader.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development');
  const production = environment === 'production';
  const auth = readAuth(reader, production);
  const platform = readPlatform(reader, auth.matchByMobile);
  const productionOrganisations = reader.list('PRODUCTION_ORGANISATIONS');
  const warnings = [
    environment === 'development' ? missingProductionOrganisation(platform, productionOrganisations) : null,
    production ? endedNode(node) : null,
  ].filter((warning) => warning !== null);
  const config: Config = {
    production,
    host: readHost(reader, production ? '0.0.0.0' : '127.0.0.1'),
    port: reader.integer('PORT', 3000, 0, 65_535),
    trustProxy: readTrustProxy(reader),
    requestsPerMinute: reader.integer('REQUESTS_PER_MINUTE', requestsPerMinute, 60, 100_000_000),
    logLevel: reader.oneOf(
      'LOG_LEVEL',
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'info',
    ),
    secretKey: reader.optional('SECRET_KEY') ?? (production ? '' : development.secretKey),
    platform,
    auth,
    events: readEvents(reader, platform), // part: events
    console: readConsole(reader, environment), // part: console
    certificate: readCertificate(reader),
    auditRetentionDays: reader.integer('AUDIT_RETENTION_DAYS', 365, 180, 3650),
    metricsToken: reader.optional('METRICS_TOKEN'),
    maxEventLoopDelayMs: reader.integer('MAX_EVENT_LOOP_DELAY_MS', 2000, 0, 60_000),
    miniMinimumVersion: readMiniVersion(reader),
    database: readDatabase(reader),
    settings: reader.settings,
    warnings,
  };
  if (production) refuseDevelopmentSettings(reader, config);
  else refuseProductionOrganisation(reader, platform, productionOrganisations);
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

/** The address to listen on. A domain or a URL is refused here; it would only fail later. */
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

/** Fastify's form: an address, a range such as `10.0.0.0/8`, or a range by name. */
function isProxy(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true;
  const [address = '', bits = '0', ...more] = entry.split('/');
  const family = isIP(address);
  const fits = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  return family !== 0 && fits && more.length === 0;
}
