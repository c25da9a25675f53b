/** The type size of the pages (适老化): texts, buttons and spacing grow together. */
import { fontSize, readStorage, writeStorage } from './dd.ts';
import { type TypeSize, typeSizes } from './words.ts';

const KEY = 'type-size';
const watchers = new Map<object, (size: TypeSize) => void>();
let current: TypeSize = '1';
let reading: Promise<void> | null = null;

function show(size: TypeSize): void {
  if (size === current) return;
  current = size;
  for (const tell of watchers.values()) tell(size);
}

/** The person's choice on this phone; without one the client's font size, 16 by default. */
async function read(): Promise<void> {
  const kept = await readStorage(KEY);
  const chosen = typeSizes.find(({ value }) => value === kept);
  if (chosen !== undefined) return show(chosen.value);
  const scale = (await fontSize()) / 16;
  if (scale >= 1.25) show(scale >= 1.75 ? '2' : '1.5');
}

/** Calls `tell` with the size if it is not the default, and after each change. @param tell null to stop */
export function watchTypeSize(watcher: object, tell: ((size: TypeSize) => void) | null): void {
  if (tell === null) {
    watchers.delete(watcher);
    return;
  }
  watchers.set(watcher, tell);
  if (current !== '1') tell(current);
  reading = reading || read();
}

/** Without storage it lasts until the program is closed. */
export function chooseTypeSize(size: TypeSize): void {
  show(size);
  void writeStorage(KEY, size);
}
