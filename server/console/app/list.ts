import {
  type ComputedRef,
  computed,
  onScopeDispose,
  type Reactive,
  reactive,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue';
import { useRouter } from 'vue-router';

/** The parameters of every list. */
export interface ListQuery {
  /** From 1. */
  page: number;
  /** Rows of a page. */
  limit: number;
  /** A column's key, with a minus before it for descending order; empty for the list's default order. */
  sort: string;
}

/** A page of rows; `more`: there are more than `total`, and nobody counted how many. */
export interface ListAnswer<Row> {
  items: readonly Row[];
  total: number;
  more: boolean;
  /** For a list by time instead of pages: the cursor of the older rows; null at the end. */
  next?: string | null;
}

/** A filter above a list; `all` is its text without a choice, 全部 by default. */
export type Filter =
  | { name: string; title: string; kind: 'text'; placeholder?: string; most?: number }
  | { name: string; title: string; kind: 'choice'; options: Readonly<Record<string, string>>; all?: string }
  /** Two names, for the first and the last day, `2026-11-24`. */
  | { name: string; until: string; title: string; kind: 'days' };

/** The values of the filters, by name; empty for no filter. */
type Held = Record<string, string>;

export interface List<Row> {
  filters: readonly Filter[];
  held: Reactive<Held>;
  query: ShallowRef<ListQuery>;
  answer: ShallowRef<ListAnswer<Row> | null>;
  /** The shown page; the requested one may still be loading. */
  shown: ShallowRef<number>;
  error: ShallowRef<Error | null>;
  loading: ShallowRef<boolean>;
  /** Whether any filter is set. */
  narrowed: ComputedRef<boolean>;
  /** The filters for a link to another page. */
  place: ComputedRef<{ query: Held; state: { typed: Held } }>;
  /** Sets filters: typed ones after a pause, chosen ones at once. */
  set(change: Held): void;
  /** Shows another page, size or order; without an argument, the first page by the present filters. */
  go(change?: Partial<ListQuery>): void;
  reset(): void;
  /** Adds the older rows below. */
  older(): Promise<void>;
  reload(): Promise<void>;
  /** All rows of the present filters. @throws the error of the fetch. */
  all(): Promise<Row[]>;
}

const usualLimit = 20;
/** Rows that the server gives at once. */
const mostAtOnce = 100;
/** The pause after the last key before a search, in milliseconds. */
const typingPause = 300;

/**
 * A list whose filters, page and order are in the address, so that the way back, a reload and a link show the same
 * rows. Typed words are only in the browser's history state: names and numbers of people do not belong in logs of
 * addresses. Of two requests the later one counts; the earlier one is aborted.
 *
 * @param fetch gets a page of rows by the filters.
 */
export function useList<Row>(
  filters: readonly Filter[],
  fetch: (query: Readonly<Record<string, string | number>>, signal: AbortSignal) => Promise<ListAnswer<Row>>,
): List<Row> {
  const router = useRouter();
  const { path } = router.currentRoute.value;
  const names = filters.flatMap((one) => (one.kind === 'days' ? [one.name, one.until] : [one.name]));
  const typed = filters.filter(({ kind }) => kind === 'text').map(({ name }) => name);
  const held = reactive<Held>(Object.fromEntries(names.map((name) => [name, ''])));
  const query = shallowRef<ListQuery>({ page: 1, limit: usualLimit, sort: '' });
  const answer = shallowRef<ListAnswer<Row> | null>(null);
  const shown = shallowRef(1);
  const error = shallowRef<Error | null>(null);
  const loading = shallowRef(false);
  let running: AbortController | null = null;
  let typing: ReturnType<typeof setTimeout> | undefined;

  /** The query of the address and of the history's entry. */
  function read(): void {
    const given = router.currentRoute.value.query;
    const kept: Held = window.history.state?.typed ?? {};
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    // The text that is being typed is newer.
    const now = names.filter((name) => typing === undefined || !typed.includes(name));
    for (const name of now) held[name] = text(kept[name] ?? given[name]);
    const whole = (value: unknown, usual: number) => Math.max(1, Math.trunc(Number(value)) || usual);
    query.value = {
      page: whole(given.page, 1),
      limit: whole(given.limit, usualLimit),
      sort: text(given.sort),
    };
  }

  const place = computed(() => {
    const pick = (wanted: boolean): Held =>
      Object.fromEntries(
        Object.entries(held).filter(([name, value]) => value !== '' && typed.includes(name) === wanted),
      );
    return { query: pick(false), state: { typed: pick(true) } };
  });

  function go(change: Partial<ListQuery> = {}, how: 'push' | 'replace' = 'push'): void {
    clearTimeout(typing);
    typing = undefined;
    const { page, limit, sort } = { ...query.value, page: 1, ...change };
    const { query: chosen, state } = place.value;
    void router[how]({
      query: {
        ...chosen,
        ...(page > 1 && { page }),
        ...(limit !== usualLimit && { limit }),
        ...(sort !== '' && { sort }),
      },
      state,
      force: true,
    });
  }

  const texts = () => Object.fromEntries(names.map((name) => [name, held[name]?.trim() ?? '']));

  async function reload(cursor: string | null = null, above: readonly Row[] = []): Promise<void> {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    loading.value = true;
    const { page, limit } = query.value;
    try {
      const asked = { ...texts(), ...query.value, ...(cursor !== null && { cursor }) };
      const got = await fetch(asked, mine.signal);
      const last = Math.max(1, Math.ceil(got.total / limit));
      if (page > last && got.items.length === 0) return go({ page: last }, 'replace');
      answer.value = { ...got, items: [...above, ...got.items] };
      shown.value = page;
      error.value = null;
    } catch (cause) {
      if (mine.signal.aborted) return;
      error.value = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      if (running === mine) loading.value = false;
    }
  }

  async function older(): Promise<void> {
    const before = answer.value;
    if (!before?.next || loading.value) return;
    await reload(before.next, before.items);
  }

  watch(router.currentRoute, (route) => {
    if (route.path !== path) return;
    read();
    void reload();
  });
  read();
  onScopeDispose(() => {
    clearTimeout(typing);
    running?.abort();
  });
  void reload();

  return {
    filters,
    held,
    query,
    answer,
    shown,
    error,
    loading,
    narrowed: computed(() => names.some((name) => held[name]?.trim() !== '')),
    place,
    go,
    older,
    reload: () => reload(),
    async all() {
      const rows: Row[] = [];
      for (let page = 1; ; page += 1) {
        const asked = { ...texts(), page, limit: mostAtOnce, sort: query.value.sort };
        const { items } = await fetch(asked, new AbortController().signal);
        rows.push(...items);
        if (items.length < mostAtOnce) return rows;
      }
    },
    set(change) {
      Object.assign(held, change);
      if (!Object.keys(change).every((name) => typed.includes(name))) return go();
      clearTimeout(typing);
      typing = setTimeout(() => go({}, 'replace'), typingPause);
    },
    reset() {
      for (const name of names) held[name] = '';
      go();
    },
  };
}

/** A page of rows that were loaded all at once. */
export function listOfAll<Row extends object>(
  rows: readonly Row[],
  { page, limit, sort }: Readonly<Record<string, string | number>>,
): ListAnswer<Row> {
  const key = String(sort).replace('-', '') as keyof Row;
  const ordered = [...rows];
  if (sort !== '') {
    ordered.sort((a, b) =>
      String(a[key] ?? '').localeCompare(String(b[key] ?? ''), 'zh-CN', { numeric: true }),
    );
    if (String(sort).startsWith('-')) ordered.reverse();
  }
  const from = (Number(page) - 1) * Number(limit);
  return { items: ordered.slice(from, from + Number(limit)), total: rows.length, more: false };
}
