import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { FoundFormat } from '../contract/import-export.ts';
import { Unreadable } from './source.ts';
import { compoundProblem } from './xlsx-read.ts';

/** The detected encoding of CSV. */
export type FoundEncoding = Exclude<FoundFormat, 'xlsx'>;

/**
 * Detects the format of a file by its bytes, because a file name may be wrong. Valid UTF-8 is UTF-8: Chinese text in
 * GB18030 hardly ever follows UTF-8's pattern of bytes for more than a word.
 *
 * @throws Unreadable
 */
export function formatOf(bytes: Buffer): FoundFormat {
  if (bytes.length === 0) throw new Unreadable('文件是空的，请选择填好的文件。');
  // The second signature is an empty archive.
  if (['504b0304', '504b0506'].includes(bytes.toString('hex', 0, 4))) return 'xlsx';
  if (bytes.toString('hex', 0, 4) === 'd0cf11e0') throw new Unreadable(compoundProblem(bytes));
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') {
    throw new Unreadable('文件是 UTF-16（“Unicode 文本”）。请另存为“CSV UTF-8（逗号分隔）”后再选择。');
  }
  const marked = bytes.subarray(0, 3).toString('hex') === 'efbbbf';
  if (isUtf8(bytes)) return marked ? 'utf-8-bom' : 'utf-8';
  if (marked) {
    throw new Unreadable('文件的开头是 UTF-8，里面却有别的编码的内容，可能已经损坏。请重新另存一次。');
  }
  return 'gb18030';
}

/** Bytes of one part. */
const sliceBytes = 16 * 1024;

/** The text of CSV, in parts. @throws Unreadable */
export function* textOf(bytes: Buffer, encoding: FoundEncoding): Generator<string> {
  // The decoder for UTF-8 removes the BOM.
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const gb18030 = iconv.getDecoder('gb18030');
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    const slice = bytes.subarray(at, at + sliceBytes);
    const isLast = at + sliceBytes >= bytes.length;
    if (encoding !== 'gb18030') {
      yield utf8.decode(slice, { stream: !isLast });
      continue;
    }
    const text = gb18030.write(slice) + (isLast ? (gb18030.end() ?? '') : '');
    // The decoder writes U+FFFD for invalid bytes.
    if (text.includes('\ufffd')) {
      throw new Unreadable(
        '认不出文件的编码：既不是 UTF-8，也不是 GB18030。请另存为“CSV UTF-8（逗号分隔）”后再选择。',
      );
    }
    yield text;
  }
}
