import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadEnvironment } from './environment-file.ts';
import { explainStartFailure } from './start-failure.ts';

let folder: string;
let file: string;
const skip = process.env.SKIP_ENV_FILE;
beforeEach(async () => {
  delete process.env.SKIP_ENV_FILE;
  folder = await mkdtemp(path.join(os.tmpdir(), 'environment-'));
  file = path.join(folder, '.env');
});
afterEach(async () => {
  if (skip !== undefined) process.env.SKIP_ENV_FILE = skip;
  await rm(folder, { recursive: true, force: true });
  for (const variable of variables) delete process.env[variable];
});

const variables = ['ENV_TEST_FIRST', 'ENV_TEST_SECOND', 'ENV_TEST_EMPTY'] as const;
const lines = ['ENV_TEST_FIRST=一', '# a remark', 'ENV_TEST_SECOND="two # 2"', 'ENV_TEST_EMPTY=', ''];
const mark = '\uFEFF';

/** What the variables are once the file has been loaded. */
const loaded = () => {
  const environment = loadEnvironment(file);
  return variables.map((variable) => environment[variable]);
};

test.each([
  ['as editors write it', lines.join('\n')],
  ['with the ends of lines of Windows', lines.join('\r\n')],
  ['with a byte order mark, as PowerShell 5 writes it', mark + lines.join('\r\n')],
])('a file %s sets all its variables', async (_, text) => {
  await writeFile(file, text);
  expect(loaded()).toEqual(['一', 'two # 2', '']);
});

test('a variable that is already set keeps its value, even an empty one', async () => {
  process.env.ENV_TEST_FIRST = 'from outside';
  process.env.ENV_TEST_SECOND = '';
  await writeFile(file, mark + lines.join('\n'));
  expect(loaded()).toEqual(['from outside', '', '']);
});

test('the tests’ own variable skips the file', async () => {
  process.env.SKIP_ENV_FILE = '1';
  await writeFile(file, lines.join('\n'));
  expect(loaded()).toEqual([undefined, undefined, undefined]);
});

test('without a file only the set variables count', () => {
  process.env.ENV_TEST_FIRST = 'from outside';
  expect(loaded()).toEqual(['from outside', undefined, undefined]);
});

test.each([
  ['with a mark', mark],
  ['without one', ''],
])('a file in UTF-16 (%s) is refused with what to do', async (_, start) => {
  const text = start + lines.join('\r\n');
  const bigEndian = Buffer.from(text, 'utf16le').swap16();
  for (const bytes of [Buffer.from(text, 'utf16le'), bigEndian]) {
    await writeFile(file, bytes);
    const error = (() => {
      try {
        return loaded();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(explainStartFailure(error)).toMatch(/\.env 是 UTF-16 编码.*另存为.*“UTF-8”/s);
    expect(process.env.ENV_TEST_SECOND).toBeUndefined();
  }
});

test('a file in GBK, the “ANSI” of old editors, is refused with what to do', async () => {
  const gbk = Buffer.from([0xb9, 0xa4, 0xb5, 0xa5]);
  await writeFile(
    file,
    Buffer.concat([Buffer.from('ENV_TEST_FIRST='), gbk, Buffer.from('\r\nENV_TEST_SECOND=x\r\n')]),
  );
  let error: unknown;
  try {
    loaded();
  } catch (thrown) {
    error = thrown;
  }
  expect(explainStartFailure(error)).toMatch(/\.env 不是 UTF-8 编码.*GBK.*另存为.*“UTF-8”/s);
  expect(process.env.ENV_TEST_SECOND).toBeUndefined();
});
