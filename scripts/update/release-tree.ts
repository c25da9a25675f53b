import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** Files of the owner, and files that tools write: an update leaves them alone. */
const alone = /^(?:README(?:\.en)?\.md|LICENSE|CHANGELOG\.md|listing\.yaml|\.env|package-lock\.json)$/;
/** Replaced whole (the toolbox), or only in the template. */
const elsewhere = /^(?:scripts|docs\/images|docs\/decisions|\.ci)\//;

/** Whether a file of the template is one that an app has of its own and an update merges. */
export const appOnly = (file: string): boolean => file !== '' && !alone.test(file) && !elsewhere.test(file);

const place = (template: string, version: string) =>
  path.join(template, 'scripts', 'update', 'releases', `${version}.json.br`);

/**
 * Writes what apps were made from at an earlier version into a folder.
 *
 * @param template the folder of a newer version, which carries the earlier ones.
 * @returns false where it does not carry this one.
 */
export function writeRelease(template: string, version: string, folder: string): boolean {
  let packed: Buffer;
  try {
    packed = readFileSync(place(template, version));
  } catch {
    return false;
  }
  const tree = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as Record<
    string,
    string | { base64: string }
  >;
  for (const [file, content] of Object.entries(tree)) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
  }
  return true;
}
