/** The place in line, in the container's store too: who leaves and comes back keeps it. */
import { readStorage, removeStorage, writeStorage } from './dd.ts';
import type { PlaceInLine } from './place.ts';

export async function readPlace(key: string): Promise<PlaceInLine | null> {
  try {
    const value = (await readStorage(key)) as Partial<PlaceInLine> | null;
    if (value === null || typeof value.place !== 'string') return null;
    return { place: value.place, visitAt: Number(value.visitAt), expectedAt: Number(value.expectedAt) };
  } catch (error) {
    console.warn('the place in line cannot be read', error);
    return null;
  }
}

/** A store that fails costs the place of who leaves, nothing else. */
export async function savePlace(key: string, place: PlaceInLine | null): Promise<void> {
  try {
    await (place === null ? removeStorage(key) : writeStorage(key, place));
  } catch (error) {
    console.warn('the place in line cannot be written', error);
  }
}
