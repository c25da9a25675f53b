import { receiveFile, saveFile } from '../../api.ts';

/** Fetches the result of an import and saves it in the browser. */
export async function saveResult(jobId: string): Promise<void> {
  saveFile(
    await receiveFile(`/api/admin/import/jobs/${jobId}/result`, { query: { format: 'xlsx' }, body: {} }),
  );
}
