/** Bundles the packages of the console for development, and ends: `console-packages.ts <folder of the cache>`. */
import { createLogger, optimizeDeps, resolveConfig } from 'vite';
import { consoleConfig } from './console.ts';

const [, , cacheDir = ''] = process.argv;
// Silent: the server meets the same errors, and reports them.
const config = { ...(await consoleConfig(cacheDir)), customLogger: createLogger('silent') };
await optimizeDeps(await resolveConfig(config, 'serve'));
