/** Builds the console into the folder that the one argument names. */
import { buildConsole } from '../../build.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('which folder?');
await buildConsole(folder);
