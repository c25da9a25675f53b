import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const file = 'CHANGELOG.md';
const head = '# 更新记录\n\n小程序每发布一版，`npm run release:mini` 在最上面写一节。\n';
const entry = /^## 小程序 (\d+\.\d+\.\d+)/m;

export interface Changelog {
  /** The version of the newest entry; null before the first release. */
  released: string | null;
  add(version: string, day: string, notes: readonly string[]): Promise<void>;
}

export async function openChangelog(root: string): Promise<Changelog> {
  const place = path.join(root, file);
  const text = (await readFile(place, 'utf8').catch(() => null)) ?? head;
  return {
    released: entry.exec(text)?.[1] ?? null,
    async add(version, day, notes) {
      const section = `## 小程序 ${version}（${day}）\n\n${notes.map((note) => `- ${note.replace(/\s+/g, ' ')}\n`).join('')}`;
      // Before the newest entry; whatever people have written above it stays.
      const at = text.search(/^## /m);
      const before = (at < 0 ? text : text.slice(0, at)).trimEnd();
      const after = at < 0 ? '' : `\n${text.slice(at)}`;
      await writeFile(place, `${before}\n\n${section}${after}`);
    },
  };
}
