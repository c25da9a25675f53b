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
/** Fonts come with the style that names them; nothing else asks for them. */
const FONT_TYPES: Readonly<Record<string, string>> = {
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.eot': 'application/vnd.ms-fontobject',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
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

/**
 * One image or font below a folder as a data URL.
 * @param id path below the folder; what follows it in an address (`?#iefix`) counts for nothing
 */
export function readAsset(root: string, id: string): string | undefined {
  const relative = id.replace(/[?#].*$/s, '');
  const extension = path.extname(relative).toLowerCase();
  const type = TYPES[extension] ?? FONT_TYPES[extension];
  const file = path.join(root, relative);
  return type && existsSync(file) ? dataUrl(type, file) : undefined;
}

function dataUrl(type: string, file: string): string {
  return `data:${type};base64,${readFileSync(file).toString('base64')}`;
}
