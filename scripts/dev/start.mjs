/** What `npm run dev` starts: main.ts, as one file of JavaScript. */
import { pathToFileURL } from 'node:url';
import { openBundle } from './bundle.mjs';

// Stack traces name places in the sources, not in the bundle.
process.setSourceMapsEnabled(true);
const bundle = await openBundle('scripts/dev/main.ts', `main-${process.pid}`);
await bundle.rebuild();
await bundle.close();
await import(pathToFileURL(bundle.file).href);
