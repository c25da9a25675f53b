import { reactive } from 'vue';

/** A column of a list. A slot with its key draws anything but text. */
export interface Column<Row> {
  key: string;
  title: string;
  /** The cell as text; `—` for null. */
  text?(row: Row): string | null;
  /** Whether the server sorts by it. */
  sorts?: boolean;
  /** Whether long texts wrap; other cells stay on one line. */
  long?: boolean;
  /** Numbers, aligned to the right. */
  number?: boolean;
  /** The row's actions: without a label on a phone, and not printed. */
  deed?: boolean;
}

/**
 * The hidden columns of a list in this browser.
 *
 * @param list the list's name in the browser's storage.
 */
export function hiddenColumns(list: string): { keys: string[]; set(keys: string[]): void } {
  const name = `hidden-columns:${list}`;
  const state = reactive({
    keys: [] as string[],
    set(keys: string[]) {
      state.keys = keys;
      try {
        localStorage.setItem(name, keys.join());
      } catch {
        // Without storage the choice lasts until the page is left.
      }
    },
  });
  try {
    state.keys = (localStorage.getItem(name) ?? '').split(',').filter((key) => key !== '');
  } catch {
    // All are shown.
  }
  return state;
}
