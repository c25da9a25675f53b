/**
 * The operator's program, the same on a developer's and on a production machine: `node dist/server/cli.js people:unlock
 * zhangsan`. Without a word it lists the commands.
 */
import { main } from './commands/main.ts';
import { atTerminal } from './commands/terminal.ts';
import { loadEnvironment } from './config/environment-file.ts';
import { failStart } from './config/start-failure.ts';

try {
  process.exit(await main(process.argv.slice(2), atTerminal(loadEnvironment())));
} catch (error) {
  failStart(error);
}
