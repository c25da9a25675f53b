/**
 * `npx tsx scripts/update/releases/record.ts <commit>`: keeps what an app was made from, for the updates of those made
 * from that version. Run for the commit that gave the version its number, when the next one gets its own.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { appOnly } from '../release-tree.ts';

const commit = process.argv[2] ?? 'HEAD';
const git = (...args: string[]) => execFileSync('git', args, { maxBuffer: 2 ** 28 });
const text = (file: string) => git('show', `${commit}:${file}`).toString('utf8');
const files = git('ls-tree', '-r', '-z', '--name-only', commit).toString('utf8').split('\0').filter(appOnly);
const tree = Object.fromEntries(
  files.map((file) => [
    file,
    file.endsWith('.png') ? { base64: git('show', `${commit}:${file}`).toString('base64') } : text(file),
  ]),
);
const { version } = JSON.parse(text('package.json')) as { version: string };
const packed = brotliCompressSync(JSON.stringify(tree), {
  params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 11 },
});
const target = path.join(import.meta.dirname, `${version}.json.br`);
writeFileSync(target, packed);
console.log(`${target}: ${files.length} files, ${Math.ceil(packed.length / 1024)} KB`);
