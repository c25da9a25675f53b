import { h, type VNode } from 'vue';
import { type MiniElement, text } from '../events.ts';
import { common, read, statefulTag, type Tag } from './tag.ts';

export const progress: Tag = (attributes, _children, key) => {
  const percent = Math.max(0, Math.min(100, Number(read(attributes, 'percent') ?? 0)));
  const color = text(read(attributes, 'active-color')) || '#1677ff';
  return h('mini-progress', { ...common('progress', attributes, key), role: 'progressbar' }, [
    h('span', { key: 'bar', class: 'mini-progress-bar' }, [
      h('i', { key: 'done', style: `width:${percent}%;background:${color}` }),
    ]),
    read(attributes, 'show-info') ? h('span', { key: 'info' }, `${percent}%`) : null,
  ] as VNode[]);
};

/** The HTML tags that `rich-text` shows; source: 支付宝小程序文档「rich-text」, trusted nodes. Links and scripts do nothing. */
const TRUSTED = new Set(
  (
    'a abbr b blockquote br code col colgroup dd del div dl dt em fieldset h1 h2 h3 h4 h5 h6 hr i img ins label legend ' +
    'li ol p q span strong sub sup table tbody td tfoot th thead tr ul'
  ).split(' '),
);
const TRUSTED_ATTRIBUTES = new Set(['class', 'style', 'src', 'alt', 'width', 'height', 'colspan', 'rowspan']);

interface RichNode {
  type?: string;
  name?: string;
  text?: string;
  attrs?: Record<string, unknown>;
  children?: RichNode[];
}

function drawRich(nodes: readonly RichNode[]): VNode[] {
  return nodes.flatMap((node, key) => {
    if (node.type === 'text' || node.text !== undefined) return [h('span', { key }, text(node.text))];
    const name = text(node.name).toLowerCase();
    if (!TRUSTED.has(name)) return [];
    const attrs = Object.entries(node.attrs ?? {}).filter(
      ([attribute, value]) => TRUSTED_ATTRIBUTES.has(attribute) && !/javascript:/i.test(text(value)),
    );
    return [h(name, { key, ...Object.fromEntries(attrs) }, drawRich(node.children ?? []))];
  });
}

/** The nodes of HTML, read by the document's own parser, which runs nothing of it. */
function parseHtml(html: string, element: Element): RichNode[] {
  const view = element.ownerDocument.defaultView as (Window & typeof globalThis) | null;
  if (!view) return [];
  const read_ = (node: Node): RichNode[] => {
    if (node.nodeType === 3) return [{ type: 'text', text: node.nodeValue ?? '' }];
    if (node.nodeType !== 1) return [];
    const { localName, attributes } = node as Element;
    const attrs = Object.fromEntries([...attributes].map(({ name, value }) => [name, value]));
    return [{ name: localName, attrs, children: [...node.childNodes].flatMap(read_) }];
  };
  const { body } = new view.DOMParser().parseFromString(html, 'text/html');
  return [...body.childNodes].flatMap(read_);
}

export const richText = statefulTag('rich-text', ({ host, attribute, props }) => () => {
  const nodes = attribute('nodes');
  const parsed = typeof nodes === 'string' && host.value ? parseHtml(nodes, host.value) : nodes;
  return h('mini-rich-text', props(), Array.isArray(parsed) ? drawRich(parsed as RichNode[]) : []);
});

/** `picker-view`: each column is a list; a tap chooses a row. */
export const pickerView = statefulTag(
  'picker-view',
  ({ host, attribute, state, whenShown, emit, props, content }) => {
    const given = (): number[] => (Array.isArray(attribute('value')) ? (attribute('value') as number[]) : []);
    const chosen = state(given);
    const columnsIn = (element: Element): Element[] => [
      ...element.querySelectorAll('mini-picker-view-column'),
    ];
    const choose = (event: Event): void => {
      const element = host.value;
      const column = (event.target as Element).closest('mini-picker-view-column');
      if (!element || !column) return;
      const row = [...column.children].findIndex((child) => child.contains(event.target as Element));
      if (row < 0) return;
      chosen.value = columnsIn(element).map((other, index) =>
        other === column ? row : (chosen.value[index] ?? 0),
      );
      mark();
      emit('change', { value: chosen.value });
    };
    /** The chosen row of each column stands out. */
    const mark = (): void => {
      const columns = host.value ? columnsIn(host.value) : [];
      for (const [index, column] of columns.entries()) {
        for (const [row, child] of [...column.children].entries())
          child.toggleAttribute('data-chosen', row === (chosen.value[index] ?? 0));
      }
    };
    whenShown(() => chosen.value, mark);
    return () => h('mini-picker-view', { ...props(), onClick: choose }, content());
  },
);

/** `movable-view`: follows the finger in the allowed directions. */
export const movableView = statefulTag('movable-view', ({ host, attribute, state, emit, props, content }) => {
  const place = state(() => ({
    x: Number.parseFloat(text(attribute('x'))) || 0,
    y: Number.parseFloat(text(attribute('y'))) || 0,
  }));
  let from: { x: number; y: number } | undefined;
  const point = (event: Event): { x: number; y: number } => {
    const { clientX, clientY } = event as PointerEvent;
    return { x: clientX, y: clientY };
  };
  const onPointerdown = (event: Event): void => {
    const { x, y } = point(event);
    if (!attribute('disabled')) from = { x: x - place.value.x, y: y - place.value.y };
  };
  const onPointermove = (event: Event): void => {
    const element = host.value;
    if (!from || !element) return;
    const direction = text(attribute('direction') ?? 'none');
    const area = element.closest('mini-movable-area');
    const { x, y } = point(event);
    const moved = { ...place.value };
    if (direction === 'all' || direction === 'horizontal')
      moved.x = within(x - from.x, (area?.clientWidth ?? 0) - element.offsetWidth);
    if (direction === 'all' || direction === 'vertical')
      moved.y = within(y - from.y, (area?.clientHeight ?? 0) - element.offsetHeight);
    place.value = moved;
    emit('change', { ...moved, source: 'touch' });
  };
  const onPointerup = (): void => {
    if (from) emit('changeEnd', { ...place.value });
    from = undefined;
  };
  return () => {
    const shared = props();
    const { x, y } = place.value;
    const style = `${shared.style as string};transform:translate(${x}px,${y}px)`;
    const listeners = { onPointerdown, onPointermove, onPointerup };
    return h('mini-movable-view', { ...shared, ...listeners, style }, content());
  };
});

/** Keeps a view inside its area; without a layout (jsdom) there is no limit. */
const within = (at: number, room: number): number => (room > 0 ? Math.max(0, Math.min(at, room)) : at);

/** Follows a tap on a `navigator`; `go` is the phone's. */
export const navigator: Tag = (attributes, children, key) => {
  const attach = (target: unknown): void => {
    const element = target as MiniElement | null;
    if (!element) return;
    element.miniActivate = () => {
      const go = attributes['mini:go'] as ((how: string, url: string) => void) | undefined;
      go?.(text(read(attributes, 'open-type') ?? 'navigate'), text(attributes.url));
    };
  };
  return h(
    'mini-navigator',
    { ...common('navigator', attributes, key), ref: attach, role: 'link' },
    children,
  );
};

/** `canvas`; `dd.createCanvasContext` draws on it. */
export const canvas: Tag = (attributes, _children, key) =>
  h('mini-canvas', common('canvas', attributes, key), [
    h('canvas', {
      key: 'canvas',
      width: Number.parseFloat(text(attributes.width)) || 300,
      height: Number.parseFloat(text(attributes.height)) || 225,
    }),
  ]);
