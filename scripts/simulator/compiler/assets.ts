import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** All images below a folder as data URLs, by relative path: a package holds at most 2 MB, so they fit. */
export function readAssets(root: string): Record<string, string> {
  const assets: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const type = TYPES[path.extname(entry.name).toLowerCase()];
    if (!entry.isFile() || !type) continue;
    const file = path.join(entry.parentPath, entry.name);
    const id = path.relative(root, file).split(path.sep).join('/');
    assets[id] = dataUrl(type, file);
  }
  return assets;
}

/** One image below a folder as a data URL. */
export function readAsset(root: string, id: string): string | undefined {
  const type = TYPES[path.extname(id).toLowerCase()];
  const file = path.join(root, id);
  return type && existsSync(file) ? dataUrl(type, file) : undefined;
}

function dataUrl(type: string, file: string): string {
  return `data:${type};base64,${readFileSync(file).toString('base64')}`;
}
