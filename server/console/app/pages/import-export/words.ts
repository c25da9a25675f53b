import type { FoundEncoding } from '../../../../contract/import-export.ts';

export const encodingWords: Readonly<Record<FoundEncoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-8-bom': 'UTF-8（带 BOM）',
  gb18030: 'GB18030（含 GBK）',
};
