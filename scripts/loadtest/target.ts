import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import os from 'node:os';
import type { Environment } from '../../server/config/environment.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { listingFile, loadListing } from '../listing/listing-file.ts';

export interface Target {
  /** Origin and path without a slash at its end. */
  address: string;
  /** Whether it is this machine. */
  local: boolean;
  appDomain: string | null;
}

/**
 * The app's domain: of `PUBLIC_ORIGIN`, else of `listing.yaml` in the working folder; null where neither says.
 *
 * @throws StartFailure where `listing.yaml` cannot be read.
 */
export async function configuredDomain(env: Environment): Promise<string | null> {
  const origin = env.PUBLIC_ORIGIN?.trim() ?? '';
  if (URL.canParse(origin)) return new URL(origin).hostname;
  return existsSync(listingFile) ? ((await loadListing()).domain.name?.toLowerCase() ?? null) : null;
}

/**
 * Whom a load test may be aimed at: this machine, or the app's own domain. Loading anybody else is an attack, and
 * the guide wants the app's domain anyway.
 *
 * @throws StartFailure in Chinese, for every other address.
 */
export function allowedTarget(text: string, appDomain: string | null): Target {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    [url.username, url.password, url.search, url.hash].some(Boolean)
  ) {
    throw new StartFailure(
      `这不是可以压测的地址${/[@?#]/.test(text) ? '' : `：${text}`}。写成 https://app.example.gov.cn 这样，不带用户名和查询参数。`,
    );
  }
  const local = isThisMachine(url.hostname);
  if (!local && url.hostname !== appDomain) {
    throw new StartFailure(
      [
        `不能压测 ${url.hostname}：它不是本机，也不是本应用的域名。压测别人的服务等于攻击，上架要求的也是本应用的域名。`,
        appDomain === null
          ? '还没有登记应用域名：请在 listing.yaml 的 domain.name（npm run init 会生成）或环境变量 PUBLIC_ORIGIN 里填写。'
          : `登记的应用域名是 ${appDomain}。域名变了，请先改 listing.yaml 的 domain.name 或环境变量 PUBLIC_ORIGIN。`,
      ].join('\n'),
    );
  }
  if (!local && url.protocol !== 'https:') {
    throw new StartFailure(`应用域名要用 https 压测：https://${url.host}。http 会把会话令牌明文传出去。`);
  }
  return { address: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), local, appDomain };
}

/**
 * Whether a name leads to this machine; the report says so.
 *
 * @param lookUp the system's resolver by default; a name that it does not know leads nowhere.
 */
export async function leadsHere(
  hostname: string,
  lookUp: (name: string) => Promise<{ address: string }> = lookup,
): Promise<boolean> {
  if (isThisMachine(hostname)) return true;
  const found = await lookUp(hostname).catch(() => null);
  return found !== null && isThisMachine(found.address);
}

function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  return Object.values(os.networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}
