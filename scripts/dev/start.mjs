/** What `npm run dev` starts: main.ts, as one file of JavaScript. */
import { pathToFileURL } from 'node:url';
import { openBundle } from './bundle.mjs';

// Places in stack traces are those of the sources.
process.setSourceMapsEnabled(true);
const bundle = await openBundle('scripts/dev/main.ts', `main-${process.pid}`);
await bundle.rebuild();
await bundle.close();
await import(pathToFileURL(bundle.file).href);
