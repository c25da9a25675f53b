import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root; in a production build `dist/`, which has `prisma/` beside `server/` like the sources. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export const migrationsFolder = path.join(projectRoot, 'prisma', 'migrations');
