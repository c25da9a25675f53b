import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { PeopleCount, PeopleFilter, PeoplePage } from '../../../../contract/people.ts';
import { get } from '../../api.ts';
import { kept } from '../../kept.ts';

export interface ListState {
  q: string;
  binding: NonNullable<PeopleFilter['binding']> | '';
  status: NonNullable<PeopleFilter['status']> | '';
  role: NonNullable<PeopleFilter['role']> | '';
  superExecutive: boolean;
  /** Where each page begins that was turned to; the last one is shown. */
  cursors: (string | null)[];
}

const pageSize = 20;
/** Milliseconds without a key before the search begins. */
const typingPause = 250;

const everybody = (): ListState => ({
  q: '',
  binding: '',
  status: '',
  role: '',
  superExecutive: false,
  cursors: [null],
});

const state = kept(everybody);

/** The list of people: what is asked for, and what came. A request that nobody waits for any more is given up. */
export function usePeople() {
  const page = shallowRef<PeoplePage | null>(null);
  /** Which one that page is, from 1. */
  const pageShown = shallowRef(1);
  const count = shallowRef<PeopleCount | null>(null);
  const error = shallowRef<Error | null>(null);
  const loading = shallowRef(false);
  let running: AbortController | null = null;
  let typing: ReturnType<typeof setTimeout> | undefined;

  const filter = () => ({
    q: state.q.trim(),
    binding: state.binding,
    status: state.status,
    role: state.role,
    superExecutive: state.superExecutive || null,
  });

  async function load(): Promise<void> {
    clearTimeout(typing);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    loading.value = true;
    const number = state.cursors.length;
    const cursor = state.cursors[number - 1] ?? null;
    // Of the pages after the first, the count is known; not by who comes back to one of them.
    const counting = cursor === null || count.value === null ? countThem(mine.signal) : null;
    try {
      page.value = await get<PeoplePage>(
        '/api/admin/people',
        { ...filter(), cursor, limit: pageSize },
        mine.signal,
      );
      pageShown.value = number;
      error.value = null;
    } catch (cause) {
      if (mine.signal.aborted) return;
      error.value = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      if (running === mine) loading.value = false;
    }
    await counting;
  }

  /** The list does not wait for it, and is complete without it. */
  async function countThem(signal: AbortSignal): Promise<void> {
    count.value = null;
    try {
      count.value = await get<PeopleCount>('/api/admin/people/count', filter(), signal);
    } catch {
      // The list says what is wrong.
    }
  }

  function begin(): void {
    state.cursors = [null];
    void load();
  }

  watch(() => [state.binding, state.status, state.role, state.superExecutive], begin);
  watch(
    () => state.q.trim(),
    () => {
      clearTimeout(typing);
      typing = setTimeout(begin, typingPause);
    },
  );
  onScopeDispose(() => {
    clearTimeout(typing);
    running?.abort();
  });
  void load();

  return {
    state,
    /** What is looked for; empty or null for what is not narrowed. */
    filter,
    page,
    count,
    error,
    loading,
    reload: load,
    /** Searches at once, from the first page. */
    begin,
    narrowed: computed(() => Object.values(filter()).some((value) => value !== '' && value !== null)),
    pageNumber: computed(() => state.cursors.length),
    /** The place of the first person that is shown, from 1. */
    first: computed(() => (pageShown.value - 1) * pageSize + 1),
    reset: () => {
      Object.assign(state, everybody());
      void load();
    },
    next() {
      const cursor = page.value?.nextCursor ?? null;
      if (cursor === null) return;
      state.cursors = [...state.cursors, cursor];
      void load();
    },
    previous() {
      if (state.cursors.length === 1) return;
      state.cursors = state.cursors.slice(0, -1);
      void load();
    },
  };
}
