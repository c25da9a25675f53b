/** Bundles the packages of the console for development, and ends: `console-packages.ts <folder of the cache>`. */
import { createLogger, optimizeDeps, resolveConfig } from 'vite';
import { consoleConfig } from './console.ts';

const [, , cacheDir = ''] = process.argv;
// Whatever goes wrong here goes wrong in the server too, which tells it.
const config = { ...(await consoleConfig(cacheDir)), customLogger: createLogger('silent') };
await optimizeDeps(await resolveConfig(config, 'serve'));
