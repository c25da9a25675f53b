/** The data that the runtime keeps on each DOM element of a page's tag. */
export interface MiniNode {
  tag: string;
  id: string;
  dataset: Record<string, unknown>;
  attributes: Record<string, unknown>;
  /** By lower-case event name. `stop`: bound by `catch…`. */
  handlers: Map<string, { call: (event: unknown) => unknown; stop: boolean }>;
}

export interface MiniElement extends HTMLElement {
  miniNode?: MiniNode;
  /** Set by form controls. */
  miniField?: { value(): unknown; reset(): void };
  /** Set by controls that a `<label>` can operate. */
  miniActivate?: () => void;
  miniForm?: { submit(button: MiniElement): void; reset(): void };
}

/**
 * Sorts the attributes of a tag into dataset, handlers and the rest. Dataset values keep their type; in names, a
 * hyphen makes the next letter a capital (`data-item-id` → `dataset.itemId`), and capitals stay.
 */
export function describeNode(tag: string, attributes: Record<string, unknown>): MiniNode {
  const node: MiniNode = { tag, id: text(attributes.id), dataset: {}, attributes, handlers: new Map() };
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('data-')) node.dataset[camelCase(name.slice(5))] = value;
    const event = /^(on|catch)([A-Z].*)$/.exec(name);
    if (event?.[2] && typeof value === 'function') {
      node.handlers.set(event[2].toLowerCase(), {
        call: value as (event: unknown) => unknown,
        stop: event[1] === 'catch',
      });
    }
  }
  return node;
}

/**
 * Sends an event up from an element through all tags that listen, over the borders of components; `catch…`
 * ends the way. `target.dataset` is that of the node where the handler is bound, `targetDataset` that of the
 * node where the event began (DingTalk documents both).
 */
export function dispatch(
  origin: Element,
  type: string,
  detail: unknown,
  extra: object = {},
  bubbles = true,
): void {
  const first = closestNode(origin);
  if (!first) return;
  const name = type.toLowerCase();
  for (let element: MiniElement | undefined = first; element; element = closestNode(element.parentElement)) {
    const node = element.miniNode;
    const handler = node?.handlers.get(name);
    const silent = name === 'tap' && node?.tag === 'button' && Boolean(node.attributes.disabled);
    if (node && handler && !silent) {
      handler.call({
        type,
        timeStamp: Date.now(),
        target: {
          id: first.miniNode?.id ?? '',
          tagName: first.miniNode?.tag ?? '',
          dataset: node.dataset,
          targetDataset: first.miniNode?.dataset ?? {},
          offsetLeft: first.offsetLeft ?? 0,
          offsetTop: first.offsetTop ?? 0,
        },
        currentTarget: {
          id: node.id,
          tagName: node.tag,
          dataset: node.dataset,
          offsetLeft: element.offsetLeft ?? 0,
          offsetTop: element.offsetTop ?? 0,
        },
        detail,
        ...extra,
      });
      if (handler.stop) return;
    }
    if (!bubbles) return;
  }
}

export function closestNode(from: Element | null): MiniElement | undefined {
  for (
    let element = from as MiniElement | null;
    element;
    element = element.parentElement as MiniElement | null
  ) {
    if (element.miniNode) return element;
  }
  return undefined;
}

/** `form-type` → `formType`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

export function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
