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
 * an earlier render saw stays as it was. Keys may be paths: `a.b[0]`. A patch that changes nothing gives the same
 * object: no update follows from it, as component libraries expect that set data in `didUpdate`.
 */
export function applyPatch(data: Data, patch: Data): Data {
  // An object may have been changed in place.
  const same = ([path, value]: [string, unknown]): boolean =>
    (typeof value !== 'object' || value === null) && Object.is(value, readPath(data, path));
  if (Object.entries(patch).every(same)) return data;
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
  return copied(value, []) as T;
}

/** @param around instances of classes around the value, which may lead back to themselves in a package's data */
function copied(value: unknown, around: readonly object[]): unknown {
  if (Array.isArray(value)) return value.map((item) => copied(item, around));
  if (typeof value !== 'object' || value === null || !crossesByFields(value) || around.includes(value))
    return value;
  const inside = isLiteral(value) ? around : [...around, value];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item, inside)]));
}

/**
 * Names a value of a patch that does not reach the view on a device, where data crosses as JSON; undefined without one.
 * Source: 支付宝小程序文档「页面」, setData (https://opendocs.alipay.com/mini/framework/page-detail): data must be JSON, and no
 * value undefined (a value deeper inside may be: a template shows nothing for it either way).
 */
export function whatJsonLoses(patch: Data): string | undefined {
  for (const [path, value] of Object.entries(patch)) {
    const loss = value === undefined ? `${path} 是 undefined` : lossIn(value, path, []);
    if (loss) return loss;
  }
  return undefined;
}

function lossIn(value: unknown, path: string, around: readonly unknown[]): string | undefined {
  if (typeof value === 'function') return `${path} 是函数`;
  if (typeof value === 'symbol' || typeof value === 'bigint') return `${path} 是 ${typeof value}`;
  if (typeof value !== 'object' || value === null) return undefined;
  if (around.includes(value)) return `${path} 又指回了包含它的对象`;
  const inside = [...around, value];
  if (!Array.isArray(value) && !crossesByFields(value)) return `${path} 是 ${value.constructor.name}`;
  for (const [key, item] of Object.entries(value)) {
    const loss = lossIn(item, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, inside);
    if (loss) return loss;
  }
  return undefined;
}

/**
 * Whether JSON carries the fields of an object: it does for literals and instances of the app's own classes, but not
 * for `Map`, `Error` or `Promise`, nor for objects with `toJSON` (dates).
 */
function crossesByFields(value: object): boolean {
  if (isLiteral(value)) return true;
  const { toJSON } = value as { toJSON?: unknown };
  return Object.prototype.toString.call(value) === '[object Object]' && typeof toJSON !== 'function';
}

/** A literal `{…}`, of any realm, or an object without a prototype. */
function isLiteral(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype as object) === null;
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
