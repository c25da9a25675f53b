import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const miniSource = path.join(projectRoot, 'mini');
export const defaultOutput = path.join(projectRoot, 'dist', 'mini');
