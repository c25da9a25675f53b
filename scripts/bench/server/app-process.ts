/** The server as production runs it, as a process under measurement. */
import { buildApp } from '../../../server/app.ts';
import { loadConfig } from '../../../server/config/config.ts';
import { makeObjectsYoung } from '../../../server/config/heap.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { createLogger } from '../../../server/plugins/logging.ts';
import { serveUsage } from './usage.ts';

makeObjectsYoung();
// The emulator's credentials and address are refused in production, so only what follows from it is turned on.
const config = { ...loadConfig(process.env), production: true };
const database = await openDatabase(config.database);
const app = await buildApp({ config, database, logger: createLogger(config) });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
serveUsage(
  url,
  async () => {
    await app.close();
    await database.close();
  },
  app.sessionCacheStats,
);
