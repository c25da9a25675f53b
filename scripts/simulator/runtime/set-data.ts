/** Data of a page or component: a plain object that is never changed in place by `setData`. */
export type Data = Record<string, unknown>;

/** `a.b[0].c` → `['a', 'b', '0', 'c']`. */
export function parsePath(path: string): string[] {
  return path
    .replace(/\[(\w+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
}

/**
 * A new object with the patch applied; objects and arrays on the way are copied, the rest is shared, so what
 * an earlier render saw stays as it was. Keys may be paths: `a.b[0]`.
 */
export function applyPatch(data: Data, patch: Data): Data {
  const next: Data = { ...data };
  const copied = new Set<unknown>([next]);
  for (const [path, value] of Object.entries(patch)) {
    const parts = parsePath(path);
    const last = parts.pop();
    if (last === undefined) continue;
    let holder: Data = next;
    for (const [index, part] of parts.entries()) {
      const following = parts[index + 1] ?? last;
      const child = holder[part];
      if (!copied.has(child)) holder[part] = copyOf(child, following);
      copied.add(holder[part]);
      holder = holder[part] as Data;
    }
    holder[last] = value;
  }
  return next;
}

function copyOf(value: unknown, followingKey: string): unknown {
  if (Array.isArray(value)) return [...value];
  if (typeof value === 'object' && value !== null) return { ...value };
  return /^\d+$/.test(followingKey) ? [] : {};
}

/**
 * The patch of `$spliceData({'a.b': [start, deleteCount, ...items]})`, as `setData` would take it.
 * Source: DingTalk's document of `$spliceData` (same arguments as `Array.prototype.splice`).
 */
export function splicePatch(data: Data, splices: Record<string, unknown>): Data {
  const patch: Data = {};
  for (const [path, args] of Object.entries(splices)) {
    if (!Array.isArray(args))
      throw new TypeError(`$spliceData 的 ${path} 应是数组：[起点, 删除个数, ...新元素]`);
    const list = readPath(data, path);
    const copy = Array.isArray(list) ? [...list] : [];
    const [start, deleteCount, ...items] = args as [number, number, ...unknown[]];
    copy.splice(start, deleteCount, ...items);
    patch[path] = copy;
  }
  return patch;
}

function readPath(data: Data, path: string): unknown {
  let value: unknown = data;
  for (const part of parsePath(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Data)[part];
  }
  return value;
}

/**
 * What the view receives: the data crosses from the logic to the view as a copy, so changing `this.data.x` in
 * place never shows, not even after a later `setData` of another field. Functions keep their identity.
 */
export function viewCopy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(viewCopy) as T;
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype as object) !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, viewCopy(item)])) as T;
  }
  return value;
}

/** Size in bytes of what crosses to the view, as JSON in UTF-8. */
export function sizeOf(patch: Data): number {
  const seen = new Set<unknown>();
  const json = JSON.stringify(patch, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  });
  return new TextEncoder().encode(json).length;
}
