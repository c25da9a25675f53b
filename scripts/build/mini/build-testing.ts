/** What the tests of the build share. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { miniSource } from './paths.ts';

/** A copy of `mini/` to change, in a folder of the test. @returns its folder */
export async function copyOfSource(folder: string): Promise<string> {
  const source = path.join(folder, 'mini');
  await cp(miniSource, source, { recursive: true });
  return source;
}

/** Changes the text of a file, as an editor does. */
export const edit = async (file: string, change: (text: string) => string): Promise<void> =>
  writeFile(file, change(await readFile(file, 'utf8')));
