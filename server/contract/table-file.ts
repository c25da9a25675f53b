import { type Static, Type } from 'typebox';

/** The format of a file of rows: an Excel workbook or CSV. CSV in UTF-8 has a BOM, by which Excel recognises it. */
export const tableFormat = Type.Enum(['xlsx', 'csv', 'csv-gb18030']);
export type TableFormat = Static<typeof tableFormat>;

export const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/**
 * A route's answer that is a file of rows: a Buffer or a stream. Not typed as such, because the mini program's type
 * check reads this file and does not know Node.
 */
const file = Type.Unsafe<object>({ type: 'string', description: '表格文件' });
export const tableFile = { content: { 'text/csv': { schema: file }, [workbookType]: { schema: file } } };
