/** What a CSV file may be written in; UTF-8 carries a BOM, by which Excel knows it. */
export type CsvEncoding = 'utf-8' | 'gb18030';
