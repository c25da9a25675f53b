import { checkSizes } from './sizes.ts';

const MB = 1024 * 1024;
const check = (sizes: Readonly<Record<string, number>>, app: object = {}): string[] => {
  const files = new Map(Object.entries(sizes).map(([file, size]) => [file, Buffer.alloc(size)]));
  return checkSizes(files, JSON.stringify(app)).map(({ message }) => message);
};

test('a main package of 2 MB passes, and one byte more is refused', () => {
  expect(check({ 'a.png': 2 * MB })).toEqual([]);
  expect(check({ 'a.png': 2 * MB, 'b.png': 1 })).toEqual([
    `小程序包太大：主包 ${2 * MB + 1} 字节，超过上限 ${2 * MB} 字节（2 MB）`,
  ]);
});

test('a subpackage may have 2 MB of its own', () => {
  const app = { subPackages: [{ root: 'sub/', pages: ['index'] }] };
  expect(check({ 'sub/a.png': 1.5 * MB, 'b.png': 1.5 * MB }, app)).toEqual([]);
  expect(check({ 'sub/a.png': 2 * MB + 1 }, app)).toEqual([expect.stringContaining('分包 sub')]);
});

test('all packages together may have 10 MB', () => {
  const roots = ['1', '2', '3', '4', '5', '6'];
  const app = { subPackages: roots.map((root) => ({ root, pages: [] })) };
  const sizes = (size: number) => Object.fromEntries(roots.map((root) => [`${root}/a.png`, size]));
  expect(check(sizes(1.6 * MB), app)).toEqual([]);
  expect(check(sizes(1.8 * MB), app)).toEqual([expect.stringContaining('全部加起来')]);
});
