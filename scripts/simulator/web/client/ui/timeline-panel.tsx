import { defineComponent, nextTick, onMounted, ref, watch } from 'vue';
import { type Entry, type EntryKind, kinds, type Timeline } from '../timeline.ts';
import { card, quietButton } from './parts.tsx';

const NEAR_END_PX = 40;

/** The list of events, newest at the end; follows the end until the reader scrolls up. */
export const TimelinePanel = defineComponent({
  props: { timeline: { type: Object, required: true } },
  setup(props) {
    const timeline = props.timeline as Timeline;
    const hidden = ref(new Set<EntryKind>());
    const list = ref<HTMLElement>();
    let following = true;
    watch(timeline.version, async () => {
      if (!following) return;
      await nextTick();
      list.value?.scrollTo({ top: list.value.scrollHeight });
    });
    const toggle = (kind: EntryKind): void => {
      const next = new Set(hidden.value);
      if (!next.delete(kind)) next.add(kind);
      hidden.value = next;
    };
    const scrolled = (): void => {
      const { value } = list;
      if (value) following = value.scrollHeight - value.clientHeight - value.scrollTop < NEAR_END_PX;
    };
    return () => {
      void timeline.version.value;
      const shown = timeline.entries.filter((entry) => !hidden.value.has(entry.kind));
      return card(
        'timeline',
        '时间线',
        quietButton('清空', timeline.entries.length === 0, () => timeline.clear()),
        <>
          <fieldset class="filters" aria-label="显示哪些">
            {(Object.keys(kinds) as EntryKind[]).map((kind) => (
              <button
                type="button"
                class="filter"
                data-kind={kind}
                aria-pressed={!hidden.value.has(kind)}
                onClick={() => toggle(kind)}
              >
                {kinds[kind]}
              </button>
            ))}
          </fieldset>
          <ol class="entries" ref={list} tabindex="0" aria-label="发生的事" onScroll={scrolled}>
            {shown.map((entry) => (
              <Line key={entry.id} entry={entry} />
            ))}
            {shown.length === 0 && (
              <li class="entries-empty">
                {timeline.entries.length === 0
                  ? '还没有记录。在手机上点一点，就会出现在这里。'
                  : `${timeline.entries.length} 条记录都被上面的筛选隐藏了。`}
              </li>
            )}
          </ol>
        </>,
      );
    };
  },
});

function Line({ entry }: { entry: Entry }) {
  return (
    <li data-kind={entry.kind} data-tone={entry.tone}>
      {entry.parts ? (
        <details>
          <summary class="entry">
            <Summary entry={entry} />
          </summary>
          <Parts entry={entry} />
        </details>
      ) : (
        <div class="entry">
          <Summary entry={entry} />
        </div>
      )}
    </li>
  );
}
Line.props = ['entry'];

function Summary({ entry }: { entry: Entry }) {
  const { times = 1 } = entry;
  return (
    <>
      <time>{entry.clock}</time>
      <span class="entry-kind">{kinds[entry.kind]}</span>
      <span class="entry-text">
        <strong>{entry.title}</strong>
        {times > 1 && <b class="entry-count">{times} 次</b>}
        {entry.detail !== '' && <span>{entry.detail}</span>}
      </span>
      <span class="entry-time">{entry.durationMs === undefined ? '' : `${entry.durationMs} ms`}</span>
    </>
  );
}
Summary.props = ['entry'];

/** Made when a line is first opened: of hundreds of lines, few are. */
const Parts = defineComponent({
  props: { entry: { type: Object, required: true } },
  setup(props) {
    const host = ref<HTMLElement>();
    const open = ref(false);
    onMounted(() =>
      host.value?.closest('details')?.addEventListener('toggle', () => {
        open.value = host.value?.closest('details')?.open ?? false;
      }),
    );
    return () => (
      <div class="parts" ref={host}>
        {open.value &&
          (props.entry as Entry).parts?.().map((part) => (
            <>
              <h3>{part.name}</h3>
              <pre>{part.text}</pre>
            </>
          ))}
      </div>
    );
  },
});
