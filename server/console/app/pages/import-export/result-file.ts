import { receiveFile, saveFile } from '../../api.ts';

/** Fetches the result of an import, and hands it to the browser to be saved. */
export async function saveResult(jobId: string): Promise<void> {
  saveFile(
    await receiveFile(`/api/admin/import/jobs/${jobId}/result`, { query: { format: 'xlsx' }, body: {} }),
  );
}
