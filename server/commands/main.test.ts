import { runCommand } from '../testing/run-command.ts';
import { commands } from './main.ts';

const names = Object.keys(commands);

test.each([[[]], [['--help']], [['-h']]])('%j lists every command in a Chinese line', async (words) => {
  const { code, output } = await runCommand(words, {});
  expect(code).toBe(0);
  for (const name of names) {
    expect(output).toMatch(new RegExp(`^ {2}${name} +.*[\\u4e00-\\u9fff]`, 'm'));
  }
});

test.each(['people:unlok', 'toString'])(
  'for “%s”, which is no command, the commands are listed',
  async (name) => {
    const { code, output } = await runCommand([name], {});
    expect(code).toBe(1);
    expect(output).toContain(`没有“${name}”这个命令`);
    expect(output).toContain('people:unlock');
  },
);

test.each(names)('%s --help shows the usage and does nothing else', async (name) => {
  const { code, output } = await runCommand([name, '--help'], {});
  expect(code).toBe(0);
  expect(output).toMatch(/^用法：/);
  expect(output).toContain(`npm run cli${output.includes(`-- ${name}`) ? ' --' : ''} ${name}`);
});

test('the database is named before anything is done, without its password', async () => {
  const DATABASE_URL = 'postgresql://app:geheim@127.0.0.1:1/work';
  const { code, output } = await runCommand(['db:migrate'], { DATABASE_URL });
  expect(code).toBe(1);
  expect(output).toMatch(/^数据库：127\.0\.0\.1:1\/work\n连不上数据库/);
  expect(output).not.toContain('geheim');
});
