import { isIP } from 'node:net';
import type { PackageFiles } from '../../build/mini/package-files.ts';

/** An address that stands in a mini program package. */
export interface PackageUrl {
  file: string;
  /** From 1. */
  line: number;
  url: string;
  hostname: string;
  /** By https, and a name that the internet knows. */
  acceptable: boolean;
}

const searched = /\.(js|sjs|axml|acss|json)$/;
/** npm components are other people's: their icon fonts have hosts of their own, which no request goes to. */
const foreign = /^vendor\//;
const address = /\b(?:https?|wss?):\/\/[^\s"'`()<>{}\\]+/gi;
const xmlNamespace = /^http:\/\/www\.w3\.org\//;

/** Every address in the app's own files of a package, but for the configured server's. */
export function urlsIn(files: PackageFiles): PackageUrl[] {
  const found: PackageUrl[] = [];
  for (const [file, content] of files) {
    if (!searched.test(file) || foreign.test(file) || file === 'config/current.js') continue;
    for (const [index, line] of content.toString('utf8').split('\n').entries()) {
      for (const [url] of line.matchAll(address)) {
        if (xmlNamespace.test(url) || !URL.canParse(url)) continue;
        const { protocol, hostname } = new URL(url);
        const named = hostname.includes('.') && isIP(hostname) === 0 && !hostname.endsWith('.localhost');
        const acceptable = named && (protocol === 'https:' || protocol === 'wss:');
        found.push({ file, line: index + 1, url, hostname, acceptable });
      }
    }
  }
  return found;
}
