import { type Static, Type } from 'typebox';

/** What a CSV file may be written in; UTF-8 carries a BOM, by which Excel knows it. */
export const csvEncoding = Type.Enum(['utf-8', 'gb18030']);
export type CsvEncoding = Static<typeof csvEncoding>;

/**
 * A route's answer that is a CSV file: a Buffer or a stream. Not typed as such, since the mini program's type check
 * reads this file and does not know Node.
 */
const file = Type.Unsafe<object>({ type: 'string', description: 'CSV 文件' });
export const csvFile = { content: { 'text/csv': { schema: file } } };
