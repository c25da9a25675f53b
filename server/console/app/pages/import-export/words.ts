import type { FoundFormat } from '../../../../contract/import-export.ts';

export const formatWords: Readonly<Record<FoundFormat, string>> = {
  xlsx: 'Excel 工作簿',
  'utf-8': 'CSV，UTF-8',
  'utf-8-bom': 'CSV，UTF-8（带 BOM）',
  gb18030: 'CSV，GB18030（含 GBK）',
};
