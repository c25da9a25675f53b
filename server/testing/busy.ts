import type { ImportPreview } from '../contract/import-export.ts';
import { workbookType } from '../contract/table-file.ts';
import { bearer } from './http.ts';
import type { ImportPages } from './import-pages.ts';

/**
 * Previews a file, and meanwhile sends other requests, one after the other.
 *
 * @param copies previews of the file at once.
 * @returns the previews, and the durations of the other requests in milliseconds, the shortest first.
 */
export async function whileLookedAt(
  pages: ImportPages,
  file: Buffer,
  copies: number,
): Promise<{ previews: ImportPreview[]; times: number[] }> {
  const url = await pages.server.url();
  const isWorkbook = file.toString('latin1', 0, 2) === 'PK';
  const headers = { 'content-type': isWorkbook ? workbookType : 'text/csv', ...bearer(pages.admin) };
  const body = new Uint8Array(file);
  let looking = true;
  const preview = async (): Promise<ImportPreview> => {
    const answer = await fetch(`${url}/api/admin/import/preview`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    return answer.json() as Promise<ImportPreview>;
  };
  const looked = Promise.all(Array.from({ length: copies }, preview)).finally(() => {
    looking = false;
  });
  const times: number[] = [];
  while (looking) {
    const asked = performance.now();
    expect((await fetch(`${url}/api/me`, { headers: bearer(pages.admin) })).status).toBe(200);
    times.push(performance.now() - asked);
  }
  return { previews: await looked, times: times.sort((one, other) => one - other) };
}
