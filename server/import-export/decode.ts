import iconv from 'iconv-lite';
import type { FoundEncoding } from '../contract/import-export.ts';

export type Decoded =
  | { text: string; encoding: FoundEncoding }
  /** Chinese: what is wrong, and what to do. */
  | { problem: string };

/**
 * Finds out what a CSV file is written in, and reads it. What is UTF-8 throughout is UTF-8: Chinese text in
 * GB18030 is not, since its bytes do not follow UTF-8's pattern of lead and trail bytes for more than a word or so.
 */
export function decodeCsv(bytes: Buffer): Decoded {
  if (bytes.length === 0) return { problem: '文件是空的，请选择填好的文件。' };
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    return {
      problem: '这是 Excel 工作簿（.xlsx），不是 CSV。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”后再选择。',
    };
  }
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') {
    return {
      problem: '这是旧版 Excel 工作簿（.xls），不是 CSV。请在 Excel 里另存为“CSV（逗号分隔）”后再选择。',
    };
  }
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') {
    return { problem: '文件是 UTF-16（“Unicode 文本”）。请另存为“CSV UTF-8（逗号分隔）”后再选择。' };
  }
  const marked = bytes.subarray(0, 3).toString('hex') === 'efbbbf';
  try {
    // The decoder takes the BOM away by itself.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { text, encoding: marked ? 'utf-8-bom' : 'utf-8' };
  } catch {
    if (marked)
      return { problem: '文件的开头是 UTF-8，里面却有别的编码的内容，可能已经损坏。请重新另存一次。' };
  }
  const text = iconv.decode(bytes, 'gb18030');
  // What the decoder could not read.
  if (text.includes('\ufffd')) {
    return {
      problem: '认不出文件的编码：既不是 UTF-8，也不是 GB18030。请另存为“CSV UTF-8（逗号分隔）”后再选择。',
    };
  }
  return { text, encoding: 'gb18030' };
}
