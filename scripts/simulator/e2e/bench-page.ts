import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A page that only the benchmark has: the real rows of the notices list, without a server. */
export const PAGE = 'pages/bench/index';

export async function writeBenchPage(root: string, rows: number): Promise<void> {
  const folder = path.join(root, 'pages', 'bench');
  await mkdir(folder, { recursive: true });
  const files = {
    'index.json': JSON.stringify({ usingComponents: { 'notice-row': '/components/notice-row/index' } }),
    'index.axml':
      '<view class="page"><view>测量</view><view class="card"><notice-row a:for="{{rows}}" a:key="id" notice="{{item}}" onOpen="open" /></view></view>',
    'index.acss': '',
    'index.ts': `
const rows = Array.from({ length: ${rows} }, (_item, index) => ({
  id: String(index), title: '通知 ' + index, excerpt: '关于办公区节能的倡议，请各处室遵照执行', time: '11月20日', read: index % 2 === 0,
}));
Page({ data: { rows: [] }, open() {}, fill() { this.setData({ rows }); }, empty() { this.setData({ rows: [] }); } });
`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const appFile = path.join(root, 'app.json');
  const app = JSON.parse(await readFile(appFile, 'utf8')) as { pages: string[] };
  await writeFile(appFile, JSON.stringify({ ...app, pages: [...app.pages, PAGE] }));
}

interface Times {
  phone: number[];
  plain: number[];
}

/** Runs in the browser. Times of showing all rows, layout included, and of building the same DOM by hand. */
export async function mountRows(runs: number): Promise<Times> {
  const times: Times = { phone: [], plain: [] };
  const top = window.simulator?.phone?.stack.top;
  if (!top) throw new Error('no page');
  const { root, instance } = top;
  // Batched as the app's own changes are: what follows runs after the drawing.
  const drawn = (patch: Record<string, unknown>) =>
    new Promise<void>((resolve) => instance.setData(patch, resolve));
  instance.call('fill');
  const rows = (instance.data as { rows: unknown[] }).rows;
  await drawn({});
  const card = root.querySelector('.card');
  if (!card) throw new Error('no list');

  const copyOf = (node: Node): Node => {
    if (!(node instanceof Element)) return document.createTextNode(node.textContent ?? '');
    const element = document.createElement(node.localName);
    for (const { name, value } of node.attributes) element.setAttribute(name, value);
    for (const child of node.childNodes) element.append(copyOf(child));
    return element;
  };
  for (let run = 0; run < runs; run += 1) {
    const model = card.cloneNode(true);
    await drawn({ rows: [] });
    const plainBegan = performance.now();
    const plain = copyOf(model) as HTMLElement;
    card.parentElement?.append(plain);
    void root.scrollHeight;
    times.plain.push(performance.now() - plainBegan);
    plain.remove();
    void root.scrollHeight;
    const began = performance.now();
    await drawn({ rows });
    void root.scrollHeight;
    times.phone.push(performance.now() - began);
  }
  return times;
}

/** Runs in the browser, after {@link mountRows}. Times of changing one title, layout included. */
export async function updateRow(runs: number): Promise<Times> {
  const times: Times = { phone: [], plain: [] };
  const top = window.simulator?.phone?.stack.top;
  if (!top) throw new Error('no page');
  const { root, instance } = top;
  for (let run = 0; run < runs; run += 1) {
    const began = performance.now();
    await new Promise<void>((resolve) => instance.setData({ 'rows[100].title': `改过 ${run}` }, resolve));
    void root.scrollHeight;
    times.phone.push(performance.now() - began);
    const title = root.querySelectorAll('.notice-row-title')[101];
    if (!root.textContent?.includes(`改过 ${run}`) || !title) throw new Error('the row has not changed');
    const plainBegan = performance.now();
    title.textContent = `直接 ${run}`;
    void root.scrollHeight;
    times.plain.push(performance.now() - plainBegan);
  }
  return times;
}
