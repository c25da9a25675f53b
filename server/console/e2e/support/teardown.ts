import { rm } from 'node:fs/promises';

/** Removes what `setup.ts` built. */
export default async function teardown(): Promise<void> {
  const folder = process.env.E2E_CONSOLE_FOLDER;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
