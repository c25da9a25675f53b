/** `npm run listing`: builds the materials that go with the application for listing. */
import { failStart } from '../../../server/config/start-failure.ts';
import { main } from './command.ts';

main(process.argv.slice(2)).then((code) => {
  // `process.exit` would lose output that is still being written to a pipe.
  process.exitCode = code;
  setTimeout(() => process.exit(), 5000).unref();
}, failStart);
