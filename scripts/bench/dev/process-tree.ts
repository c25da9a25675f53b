import { readdir, readFile } from 'node:fs/promises';

/**
 * Memory of a process and its descendants in MiB. Shared memory is divided among the processes that share it (PSS).
 * @returns null where the system does not tell (only Linux does)
 */
export async function memoryOfTree(root: number): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name in brackets may hold anything; the state and the parent's number follow it.
    const parent = Number(/\) \S (\d+)/.exec(stat)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const one of tree) tree.push(...(children.get(one) ?? []));
  let kib = 0;
  for (const one of tree) {
    const rollup = await readFile(`/proc/${one}/smaps_rollup`, 'utf8').catch(() => '');
    kib += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return kib / 1024;
}
