/** `npm run release:mini 1.2.0 "…"`: builds a version of the mini program for upload; see scripts/docs/release.md. */
import { failStart } from '../../server/config/start-failure.ts';
import { main } from './command.ts';

main(process.argv.slice(2)).then((code) => process.exit(code), failStart);
