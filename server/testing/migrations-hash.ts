import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { migrationsFolder } from '../config/paths.ts';

/** @returns what names a database made by the present set of migrations, 16 hexadecimal digits. */
export function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(migrationsFolder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    hash.update(entry.name).update(readFileSync(path.join(migrationsFolder, entry.name, 'migration.sql')));
  }
  return hash.digest('hex').slice(0, 16);
}
