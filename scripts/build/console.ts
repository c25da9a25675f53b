import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';

/** What `server/console/build.ts` offers; see there. */
export interface ConsoleBuild {
  buildConsole(folder: string): Promise<{ page: string; firstPageBytes: number }>;
  watchConsole(folder: string, told: (failure?: Error) => void): Promise<{ close(): Promise<void> }>;
}

const file = path.join(projectRoot, 'server', 'console', 'build.ts');

/** An app may have been made without H5 pages. */
export const hasH5 = existsSync(path.join(projectRoot, 'server', 'console', 'app', 'h5'));

/** The build of the console's pages; null in an app that was made without a console. */
export async function consoleBuild(): Promise<ConsoleBuild | null> {
  try {
    // The cast keeps the compiler from looking for it, since the folder may be gone.
    return (await import('../../server/console/build.ts' as string)) as ConsoleBuild;
  } catch (error) {
    if (existsSync(file)) throw error;
    return null;
  }
}
