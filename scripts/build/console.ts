import { existsSync } from 'node:fs';
import path from 'node:path';
import type { InlineConfig } from 'vite';
import { projectRoot } from '../../server/config/paths.ts';

/** What `server/console/build.ts` offers; see there. */
export interface ConsoleBuild {
  buildConsole(folder: string): Promise<{ page: string; firstPageBytes: number }>;
  consoleDev: InlineConfig;
}

const folder = path.join(projectRoot, 'server', 'console');

/** An app may have been made without a console. */
export const hasConsole = existsSync(folder);

/** An app may have been made without H5 pages. */
export const hasH5 = existsSync(path.join(folder, 'app', 'h5'));

/** The build of the console's pages; null in an app that was made without a console. */
export async function consoleBuild(): Promise<ConsoleBuild | null> {
  try {
    // The cast keeps the compiler from looking for it, since the folder may be gone.
    return (await import('../../server/console/build.ts' as string)) as ConsoleBuild;
  } catch (error) {
    if (hasConsole) throw error;
    return null;
  }
}
