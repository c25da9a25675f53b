import type { StabilityConfig } from '../config/console.ts';
import type { PlatformName } from '../platform/platform.ts';

/** Where the platforms' clients show micro apps within their own pages. */
const ancestors: Readonly<Record<PlatformName, readonly string[]>> = {
  dingtalk: ['https://*.dingtalk.com'],
  zhezhengding: ['https://*.ding.zj.gov.cn', 'https://*.dg-work.cn'],
};

/**
 * The page's Content-Security-Policy. Scripts come from this server or carry the answer's nonce: the stability
 * platform's own script too, since allowing its host would allow whatever else lies on that public CDN.
 *
 * @param nonce of this answer alone.
 * @param sockets where Vite tells of changes, in development.
 */
export function contentSecurityPolicy(
  nonce: string,
  platform: PlatformName,
  stability: StabilityConfig | null,
  sockets: readonly string[] = [],
): string {
  const upload = stability?.uploadOrigins ?? [];
  const policy: Record<string, readonly string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'", `'nonce-${nonce}'`],
    'style-src': ["'self'", `'nonce-${nonce}'`],
    // The reporter also sends by pictures, where a browser has nothing better.
    'img-src': ["'self'", 'data:', 'blob:', ...upload],
    'font-src': ["'self'", 'data:'],
    'connect-src': ["'self'", ...upload, ...sockets],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'object-src': ["'none'"],
    'frame-ancestors': ["'self'", ...ancestors[platform]],
  };
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join(';');
}
