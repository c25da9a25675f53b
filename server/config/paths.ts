import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The project's root; in a production build `dist/`, which holds `prisma/` beside `server/` just as the
 * sources do.
 */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

export const migrationsFolder = path.join(projectRoot, 'prisma', 'migrations');
