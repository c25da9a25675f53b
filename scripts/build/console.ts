import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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
  // By a name that the compiler does not follow, since the folder may be gone.
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as ConsoleBuild) : null;
}
