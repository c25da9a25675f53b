import type { Compiled } from './modules.ts';

/** Lines that `new Function` puts before its body. */
const BEFORE = 2;

/**
 * All modules as one classic script, each in a function of its own; see `runtime/evaluate.ts` for the names that it may
 * use. Its source map joins those of the modules.
 * @param entries unit id → id of its script, in the order in which a container loads them
 * @param sjs SJS modules that templates ask for
 */
export function linkModules(
  compiled: readonly Compiled[],
  entries: Readonly<Record<string, string>>,
  sjs: readonly string[],
): string {
  const lines: string[] = [];
  const sections: { offset: { line: number; column: number }; map: unknown }[] = [];
  const unitOf = new Map(Object.entries(entries).map(([unit, file]) => [file, unit]));
  for (const { module, code, map } of compiled) {
    const { id, out } = module;
    const names = [out, unitOf.get(id) ?? ''].map((name) => JSON.stringify(name)).join(', ');
    // SJS has functions of its own, which a module may define itself.
    const [open, close] = id.endsWith('.sjs')
      ? ['(function(getDate, getRegExp) {', '})($mini.getDate, $mini.getRegExp);']
      : ['', ''];
    lines.push(`${open}$mini.define(${names}, function(require, module, exports) {`);
    if (map)
      sections.push({ offset: { line: BEFORE + lines.length, column: 0 }, map: JSON.parse(map) as unknown });
    lines.push(...(map ? code : `module.exports = ${code}`).split('\n'), `});${close}`);
  }
  const outOf = new Map(compiled.map(({ module }) => [module.id, module.out]));
  for (const file of Object.values(entries))
    lines.push(`$mini.run(${JSON.stringify(outOf.get(file) ?? '')});`);
  for (const file of sjs)
    lines.push(`$mini.sjs(${JSON.stringify(file)}, ${JSON.stringify(outOf.get(file) ?? '')});`);
  const index = Buffer.from(JSON.stringify({ version: 3, sections })).toString('base64');
  lines.push('//# sourceURL=mini-program.js', `//# sourceMappingURL=data:application/json;base64,${index}`);
  return lines.join('\n');
}
