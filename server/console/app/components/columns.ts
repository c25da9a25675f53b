import { reactive } from 'vue';

/** A column of a list. A slot of its key draws what is more than text. */
export interface Column<Row> {
  key: string;
  title: string;
  /** The cell as text; `—` for null. */
  text?(row: Row): string | null;
  /** Whether the server sorts by it. */
  sorts?: boolean;
  /** Whether its texts are long: they break into lines, where others stay on one. */
  long?: boolean;
  /** Digits, to the right. */
  number?: boolean;
  /** What can be done to the row: it needs no name on a phone, and no room on paper. */
  deed?: boolean;
}

/**
 * The columns of a list that this browser does not show.
 *
 * @param list names the list in the browser's storage.
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
        // Without storage the choice holds until the page is left.
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
