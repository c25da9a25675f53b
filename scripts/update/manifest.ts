/** A package.json as far as an update looks into it. */
export interface Manifest {
  name: string;
  version: string;
  scripts: Record<string, string>;
  /** What an app was made from; absent in the template itself. */
  template?: { name: string; version: string; without?: string[] };
  [field: string]: unknown;
}

/** Fields that belong to the app alone. */
const own = new Set(['name', 'version', 'description', 'license', 'private', 'author', 'template']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Merges the template's changes since `base` into the app's package.json, field by field: with marks of a conflict in
 * the text, no command would run. Where both have changed a value, the template's is taken, and its name is in `both`.
 */
export function mergeManifests(
  base: Manifest,
  ours: Manifest,
  theirs: Manifest,
): { merged: Manifest; both: string[] } {
  const both: string[] = [];
  const merge = (b: unknown, o: unknown, t: unknown, at: string): unknown => {
    if (same(o, b) || same(o, t)) return t;
    if (same(t, b)) return o;
    if (isObject(o) && isObject(t)) {
      const known = isObject(b) ? b : {};
      const names = [...Object.keys(t), ...Object.keys(o).filter((name) => !(name in t))];
      const entries = names.map((name) => [name, merge(known[name], o[name], t[name], `${at} ${name}`)]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    both.push(at);
    return t ?? o;
  };
  const mine = Object.fromEntries(Object.entries(ours).filter(([name]) => own.has(name)));
  const shared = (file: Manifest) =>
    Object.fromEntries(Object.entries(file).filter(([name]) => !own.has(name)));
  const merged = merge(shared(base), shared(ours), shared(theirs), '') as Record<string, unknown>;
  const template = { name: theirs.name, ...ours.template, version: theirs.version };
  return { merged: { ...mine, ...merged, template } as Manifest, both: both.map((one) => one.trim()) };
}
