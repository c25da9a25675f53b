import type { HttpAnswer } from '../check/http-ask.ts';
import type { Probes } from '../check/probes.ts';

/** Where the template's H5 pages are; a single-page app answers all of them with one page. */
export const h5Pages = ['/console'] as const;

/** What a page carries of the stability platform. */
export interface StabilityCode {
  /** `<meta name="wpk-bid">`; null without. */
  metaBid: string | null;
  /** The reporter's own `bid`; null where none was found. */
  bid: string | null;
  spa: boolean;
  installed: boolean;
  /** The address of wpkReporter.js; null where none was found. */
  script: string | null;
  /** Where it reports to, when that is not the public service. */
  gateway: string | null;
}

/** Reads a page and the scripts of its own that it names, in which the code may stand as well. */
export async function readStabilityCode(page: HttpAnswer, probes: Probes): Promise<StabilityCode> {
  const own = [...page.body.matchAll(/<script[^>]+src="(\/[^"/][^"]*)"/g)].map(([, path = '']) => path);
  const scripts = await Promise.all(own.map((path) => probes.https({ path })));
  const text = [page.body, ...scripts.map((probed) => (probed.ok ? probed.answer.body : ''))]
    .join('\n')
    // The guide's code writes addresses plainly; JSON within a page may escape their slashes.
    .replaceAll('\\/', '/');
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? null;
  return {
    metaBid: found(/<meta\s+name="wpk-bid"\s+content="([^"]+)"/),
    bid: found(/["']?\bbid["']?\s*:\s*["']([^"']+)["']/),
    spa: /["']?\bspa["']?\s*:\s*(?:true|!0)\b/.test(text),
    installed: /\.installAll\s*\(/.test(text),
    script: found(/["'](https?:\/\/[^"'\s]*wpkReporter[^"'\s]*)["']/),
    gateway: found(/["']?\bgateway["']?\s*:\s*["'](https?:\/\/[^"']+)["']/),
  };
}

/** The guide, section 8: 「确保该网络能正常解析以下三个域名」. */
const publicHosts = ['g.alicdn.com', 'px.ucweb.com', 'px-intl.ucweb.com'];

/** The hosts that a phone must be able to resolve: the three of the guide, or those of the gateway in use. */
export function stabilityHosts({ script, gateway }: Pick<StabilityCode, 'script' | 'gateway'>): string[] {
  if (gateway === null) return publicHosts;
  const hosts = [script, gateway].flatMap((url) =>
    url !== null && URL.canParse(url) ? new URL(url).hostname : [],
  );
  return [...new Set(hosts)];
}
