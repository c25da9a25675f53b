import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runScript } from '../../server/testing/run-script.ts';
import { addFeature, planAddition } from './add.ts';
import { readNames } from './names.ts';
import { places } from './places.ts';

const now = new Date('2026-12-01T08:00:00Z');
/** A name that no app has. */
const fresh = readNames(['没有的功能', 'not-there-yet']);

describe('the two words', () => {
  test('stand in either order, and become names for code, addresses and tables', () => {
    const names = {
      title: '报修单',
      kebab: 'work-order',
      camel: 'workOrder',
      pascal: 'WorkOrder',
      snake: 'work_order',
    };
    expect(readNames(['报修单', 'work-order'])).toEqual(names);
    expect(readNames(['work-order', ' 报修单 '])).toEqual(names);
    expect(readNames(['12345热线', 'hotline']).title).toBe('12345热线');
  });

  test.each([
    [[], /用法：npm run add 意见反馈 feedback/],
    [['意见反馈'], /用法/],
    [['意见反馈', 'feedback', 'more'], /用法/],
    [['feedback', 'opinions'], /中文名称“feedback”不行/],
    [['意', 'feedback'], /中文名称“意”不行/],
    [['意见“反馈”', 'feedback'], /中文名称“意见“反馈””不行/],
    [["意见'反馈", 'feedback'], /不能有标点和空格/],
    [['意见反馈意见反馈意见反馈意', 'feedback'], /2 到 12 个汉字/],
    [['意见反馈', '意见'], /英文标识“意见”不行/],
    [['意见反馈', 'Feedback'], /英文标识“Feedback”不行/],
    [['意见反馈', 'feed_back'], /例如 work-order/],
    [['意见反馈', 'feed--back'], /不行/],
    [['意见反馈', 'feed-2'], /不行/],
    [['意见反馈', '../feedback'], /不行/],
    [['意见反馈', 'x'], /不行/],
    [['意见反馈', `f${'e'.repeat(30)}`], /2 到 30 个/],
    [['意见反馈', 'class'], /“class”是程序语言的保留名称/],
    [['意见反馈', 'map'], /“map”是程序语言的保留名称/],
  ])('%j are refused with an example', (words, says) => {
    expect(() => readNames(words)).toThrow(says);
  });
});

describe('nothing is written', () => {
  test.each([
    ['人员', 'people', /server\/people\n/],
    ['用户', 'user', /prisma\/schema\.prisma 里的 User/],
    ['部门', 'department', /User 的 department/],
    ['导入', 'instances', /prisma\/schema\.prisma 里的 instances/],
    ['我的', 'me', /mini\/pages\/me\n/],
    ['导出', 'export', /保留名称/],
    ['登录', 'auth', /server\/auth\n/],
  ])('where %s %s is there already', async (title, name, says) => {
    await expect((async () => planAddition('.', readNames([title, name]), now))()).rejects.toThrow(says);
  });

  test('where a place to register at is missing: it is named', async () => {
    const root = mkdtempSync(path.join(os.tmpdir(), 'add-'));
    try {
      for (const folder of ['mini', 'prisma', 'server/audit', 'server/auth'])
        cpSync(folder, path.join(root, folder), { recursive: true });
      const text = readFileSync('server/app.ts', 'utf8');
      writeFileSync(
        path.join(root, 'server/app.ts'),
        text.replace(/^ {2}(?:await app\.register\(auditRoutes\)|return app);\n/gm, ''),
      );
      await expect(addFeature(root, fresh, now)).rejects.toThrow(
        /什么也没有写入：\n {2}server\/app\.ts 里没有这样的一行/,
      );
      expect(readFileSync(path.join(root, 'mini/app.json'), 'utf8')).toBe(
        readFileSync('mini/app.json', 'utf8'),
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('with production’s settings, or without names', async () => {
    const refused = await runScript('scripts/add/main.ts', ['公告', 'notices'], {
      env: { NODE_ENV: 'production' },
    });
    expect(refused.output).toMatch(/只用于开发，而 NODE_ENV 是 production。什么也没有做/);
    expect(refused.code).toBe(1);
    const usage = await runScript('scripts/add/main.ts', ['意见反馈']);
    expect(usage).toEqual({ code: 1, output: expect.stringContaining('npm run add 意见反馈 feedback') });
  });
});

describe('what is written', () => {
  test('has the feature’s names and none of the model’s, and its migration comes last', async () => {
    const { created, changed } = await planAddition('.', fresh, new Date(0));
    for (const [file, text] of [...created, ...changed])
      expect([file, /sample.?entry|样例/i.test(file + text)]).toEqual([file, false]);
    expect([...created.values()].filter((text) => text.includes('没有的功能')).length).toBeGreaterThan(4);
    expect([...changed.keys()].sort()).toEqual([...new Set(places.map(({ file }) => file))].sort());
    const migration = [...created.keys()].find((file) => file.endsWith('migration.sql')) ?? '';
    const others = [...new Set([...created.keys()])].filter((file) => file !== migration);
    expect(others.every((file) => file.includes('not-there-yet'))).toBe(true);
    expect(migration).toMatch(/^prisma\/migrations\/2\d{13}_add_not_there_yet\/migration\.sql$/);
  });

  /** Without the parts that the template can be made without, there is no example to compare with. */
  const whole = existsSync('server/notices') && existsSync('server/console');
  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /\.(?:ts|vue)$/.test(file));
  const importsIn = (text: string) =>
    [...text.matchAll(/ from '([^']+)'/g)].map(([, from = '']) => from.replace(/^(?:\.\.?\/)+/, ''));

  test.runIf(whole)('is registered where the example `notices` is registered, and nowhere else', () => {
    // How the example's name stands in the files of others that hold every feature.
    const traces =
      /noticeRoutes|'notice\.(?:created|deleted)'|kind === 'notice'|'GET \/api\/admin\/notices'|"pages\/notices\/index",|^model Notice /m;
    const found = [
      ...['server/app.ts', 'server/auth/administrators.test.ts', 'mini/app.json', 'prisma/schema.prisma'],
      ...['server/audit', 'server/people', 'server/plugins', 'server/console/app/shell'].flatMap(filesIn),
    ].filter((file) => !/\/audit\.test\.ts$/.test(file) && traces.test(readFileSync(file, 'utf8')));
    // The way to its page is the only thing of its own.
    const own = new Set(places.map(({ file }) => file).filter((file) => !file.startsWith('mini/pages/me/')));
    expect([...own].sort()).toEqual([...new Set(found)].sort());
  });

  test.runIf(whole)('is made of what the example `notices` is made of', async () => {
    const { created } = await planAddition('.', fresh, now);
    const rooms: Readonly<Record<string, readonly string[]>> = {
      'mini/': ['mini/pages', 'mini/services'],
      'server/console/app/': ['server/console/app/pages'],
      'server/console/e2e/': ['server/console/e2e'],
      'server/': ['server/notices', 'server/contract'],
    };
    for (const [file, text] of created) {
      if (!/\.(?:ts|vue)$/.test(file)) continue;
      const [, folders = []] = Object.entries(rooms).find(([room]) => file.startsWith(room)) ?? [];
      const examples = folders.flatMap(filesIn).map((example) => readFileSync(example, 'utf8'));
      const known = new Set(examples.flatMap(importsIn));
      const foreign = importsIn(text).filter((from) => !/not-?there-?yet/i.test(from) && !known.has(from));
      expect([file, foreign]).toEqual([file, []]);
      const counterpart = file
        .replace('NotThereYetPage', 'NoticesPage')
        .replaceAll('not-there-yet', 'notices');
      expect([counterpart, existsSync(counterpart)]).toEqual([counterpart, true]);
    }
  });
});
