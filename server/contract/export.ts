import type { CsvEncoding } from './csv-encoding.ts';
import type { PeopleFilter } from './people.ts';

/** `POST /api/admin/export/people`: the people whom the list shows with this filter, as CSV. */
export interface PeopleExport extends PeopleFilter {
  /** `full` is for administrators alone; the audit log tells which one it was. */
  mobiles?: 'masked' | 'full';
  encoding?: CsvEncoding;
}
