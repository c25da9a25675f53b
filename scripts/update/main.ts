/** `npm run template:update 新版.zip`: takes over a newer version of the template; see scripts/docs/update.md. */
import { failStart } from '../../server/config/start-failure.ts';
import { main } from './command.ts';

main(process.argv.slice(2)).then((code) => process.exit(code), failStart);
