import type { StabilityConfig } from '../config/console.ts';
import type { PlatformName } from '../platform/platform.ts';

/** Origins of the platforms' clients that show micro apps in frames. */
const ancestors: Readonly<Record<PlatformName, readonly string[]>> = {
  dingtalk: ['https://*.dingtalk.com'],
  zhezhengding: ['https://*.ding.zj.gov.cn', 'https://*.dg-work.cn'],
};

/**
 * The page's Content-Security-Policy. Scripts come from this server or have the answer's nonce; the stability
 * platform's script too, because allowing its host would allow everything else on that public CDN.
 *
 * @param nonce of this answer.
 * @param sockets the address at which Vite reports changes, in development.
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
    // In old browsers the reporter sends by image requests.
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
