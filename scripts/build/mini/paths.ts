import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';

export const miniSource = path.join(projectRoot, 'mini');
export const defaultOutput = path.join(projectRoot, 'dist', 'mini');
