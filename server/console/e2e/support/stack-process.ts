/**
 * The real server on a PostgreSQL database of its own, with the emulator, in a process of its own: the server is made
 * of ES modules, as it is in production. The one argument is {@link StackOptions} as JSON; it ends with its parent.
 */
import { build } from '../../../testing/build.ts';
import type { StackOptions } from './console.ts';

const { platform, env = {}, folder } = JSON.parse(process.argv[2] ?? '{}') as StackOptions;
const server = await build({ platform, env, consoleFolder: folder });
process.on('disconnect', () => {
  void server.close().then(() => process.exit(0));
});
process.on('message', ({ advance }: { advance: number }) => server.advance(advance));
process.send?.({
  kind: 'ready',
  url: await server.url(),
  emulator: server.emulator.url,
  database: server.database.url,
});
