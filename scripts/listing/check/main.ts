/** `npm run check`: 上架体检, the guide's rules checked one by one. */
import { failStart } from '../../../server/config/start-failure.ts';
import { main } from './command.ts';

main(process.argv.slice(2)).then((code) => {
  // Not `exit`, which would lose what is still being written to a pipe.
  process.exitCode = code;
  setTimeout(() => process.exit(), 5000).unref();
}, failStart);
