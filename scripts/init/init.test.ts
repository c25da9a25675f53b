import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readConfig } from '../build/mini/config.ts';
import { emptyListing } from '../listing/listing.ts';
import { parseListing } from '../listing/listing-file.ts';
import { type Answers, complete, readArguments, takeOwn } from './answers.ts';
import { currentAnswers, makeOwn } from './own.ts';

const words = [
  'name=工单助手',
  'package=work-orders',
  'owner=浙江省某某厅',
  'platform=zhezhengding',
  'corp-id=196729',
  'domain=app.dept.gov.cn',
];
const asked = [{ id: 'offline-agreement', ask: '是否已线下沟通？', evidence: '截图' }];

const isApp = 'template' in JSON.parse(readFileSync('package.json', 'utf8'));
let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'init-'));
  for (const part of ['package.json', 'package-lock.json', '.env.example', 'README.md', 'mini']) {
    cpSync(part, path.join(root, part), { recursive: true });
  }
  // The files of a fresh clone, even where this checkout is an app already.
  edit('package.json', (text) =>
    JSON.stringify({
      ...JSON.parse(text),
      name: 'zhezhengding-miniapp-template',
      version: '1.4.0',
      license: 'MIT',
      template: undefined,
    }),
  );
});

afterEach(() => rmSync(root, { recursive: true }));

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(path.join(root, file), change(read(file)));

/** Runs `npm run init` with these words, without a terminal. */
async function init(...args: string[]): Promise<string[]> {
  return makeOwn(root, await complete(readArguments(args).answers, await currentAnswers(root), null), asked);
}

function everyFile(folder = root): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [file, readFileSync(file, 'latin1')]),
  );
}

test('a fresh clone becomes an app with its own name', async () => {
  await init(...words);
  const file = JSON.parse(read('package.json'));
  expect(file).toMatchObject({
    name: 'work-orders',
    version: '0.1.0',
    template: { name: 'zhezhengding-miniapp-template', version: '1.4.0' },
  });
  expect(JSON.parse(read('package-lock.json'))).toMatchObject({
    name: 'work-orders',
    packages: { '': { name: 'work-orders' } },
  });
  const listing = parseListing(read('listing.yaml'));
  expect(listing).toMatchObject({
    app: { name: '工单助手', platform: 'zhezhengding', description: null },
    owner: { organisation: '浙江省某某厅' },
    domain: { name: 'app.dept.gov.cn' },
    organisations: { production: '196729', test: null },
    answers: { 'offline-agreement': { answer: null } },
    exceptions: {},
  });
  expect({ ...emptyListing(), ...listing }).toEqual(listing);
  await expect(readConfig(path.join(root, 'mini'), 'production')).resolves.toMatchObject({
    serverUrl: 'https://app.dept.gov.cn',
    corpId: '196729',
    container: 'zhezhengding',
  });
  expect(JSON.parse(read('mini/app.json')).window.defaultTitle).toBe('工单助手');
  expect(parseEnv(read('.env'))).toMatchObject({ APP_NAME: '工单助手' });
  expect(read('docs/decisions/0001-template.md')).toContain('zhezhengding-miniapp-template 1.4.0');
});

test('README is the app’s own: its name and owner, and no more than a person reads at once', async () => {
  await init(...words);
  expect(read('README.md')).toMatch(/^# 工单助手\n\n业主单位：浙江省某某厅\n/);
  expect(read('README.md').split('\n').length).toBeLessThan(80);
  expect(read('README.md')).not.toContain('{{');
  edit('README.md', (text) => `${text}\n值班电话：12345\n`);
  await init('name=工单通', 'owner=浙江省另一厅');
  expect(read('README.md')).toMatch(/^# 工单通\n\n业主单位：浙江省另一厅\n[\s\S]*值班电话：12345\n$/);
  expect(parseEnv(read('.env'))).toMatchObject({ APP_NAME: '工单通' });
  edit('README.md', (text) => text.replace('# 工单通', '# 工单通使用说明'));
  edit('.env', (text) => text.replace('APP_NAME=工单通', 'APP_NAME=工单'));
  await init('name=工单');
  expect(read('README.md')).toMatch(/^# 工单通使用说明$/m);
});

test('files of the template alone are gone, and no document links to one of them', async () => {
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const goes = ['.ci/run', 'README.en.md', 'docs/decisions/0002-why.md', 'scripts/bench/main.ts'];
  const images = ['docs/images/audit.png'];
  for (const file of [...goes, ...images]) write(file, '');
  write('scripts/docs/use.md', '使用\n');
  write('docs/audit.md', '日志\n\n![日志](images/audit.png)\n\n保留一年\n');
  await init(...words);
  for (const file of [...goes, 'docs/images/audit.png']) {
    expect([file, existsSync(path.join(root, file))]).toEqual([file, false]);
  }
  expect(read('docs/audit.md')).toBe('日志\n\n保留一年\n');
  expect(JSON.parse(read('package.json')).scripts).not.toHaveProperty('bench');

  write('docs/decisions/0002-own.md', '本应用的决定');
  await init('domain=new.dept.gov.cn');
  expect(read('docs/decisions/0002-own.md')).toBe('本应用的决定');
});

test.skipIf(isApp)('no file that an app keeps mentions a removed one', async () => {
  const skipped = /(^|\/)(node_modules|generated|fixtures)$|^(dist|\.data)$/;
  for (const part of ['docs', 'scripts', 'server', 'prisma', 'biome.json']) {
    cpSync(part, path.join(root, part), { recursive: true, filter: (source) => !skipped.test(source) });
  }
  await init(...words);
  // An applied migration keeps its checksum, so its comments stay as well.
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|md|json|prisma|vue)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(path.join('scripts', 'init')) && !file.endsWith('.test.ts'));
  const naming = /decisions\/(?!0001-template)\d{4}|scripts\/bench|README\.en|npm run bench/;
  expect(files.filter((file) => naming.test(read(file)))).toEqual([]);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const file of files.filter((one) => one.endsWith('.md'))) {
    const folder = path.dirname(path.join(root, file));
    const broken = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target.replace(/#.*$/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(path.join(folder, target)));
    const unknown = [...read(file).matchAll(/\bnpm run ([\w:-]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !(name in scripts));
    expect({ file, broken, unknown }).toEqual({ file, broken: [], unknown: [] });
  }
});

test('LICENSE is the one that was chosen; a text that people wrote stays', async () => {
  await init(...words);
  expect(read('LICENSE')).toMatch(/^版权所有 © 浙江省某某厅\n/);
  expect(JSON.parse(read('package.json')).license).toBe('UNLICENSED');
  await init('owner=浙江省另一厅');
  expect(read('LICENSE')).toMatch(/^版权所有 © 浙江省另一厅\n/);
  await init('license=MIT');
  expect(read('LICENSE')).toMatch(/^MIT License\n\nCopyright \(c\) 浙江省另一厅\n/);
  expect(JSON.parse(read('package.json')).license).toBe('MIT');
  writeFileSync(path.join(root, 'LICENSE'), '木兰宽松许可证');
  edit('package.json', (text) => text.replace('"license": "MIT"', '"license": "MulanPSL-2.0"'));
  await init('domain=new.dept.gov.cn');
  expect(read('LICENSE')).toBe('木兰宽松许可证');
  expect(JSON.parse(read('package.json')).license).toBe('MulanPSL-2.0');
});

test.skipIf(process.platform === 'win32')('nobody but its owner reads .env', async () => {
  const mode = () => statSync(path.join(root, '.env')).mode & 0o777;
  await init(...words);
  expect(mode()).toBe(0o600);
  chmodSync(path.join(root, '.env'), 0o644);
  await init();
  expect(mode()).toBe(0o600);
});

test.each(['工单#1号', "张三's", '甲"乙"'])('the name %s arrives in .env whole', async (name) => {
  await init(...words, `name=${name}`);
  expect(parseEnv(read('.env')).APP_NAME).toBe(name);
});

test('files that Windows’ editor saved are read like any other', async () => {
  await init(...words);
  const { SECRET_KEY = '' } = parseEnv(read('.env'));
  rmSync(path.join(root, '.env'));
  for (const [file, text] of Object.entries({
    '.env': `SECRET_KEY=${SECRET_KEY}\r\nPLATFORM=dingtalk\r\n`,
    'listing.yaml': read('listing.yaml'),
    'package.json': read('package.json'),
  })) {
    writeFileSync(path.join(root, file), `\uFEFF${text}`);
  }
  await init('platform=zhezhengding');
  expect(parseEnv(read('.env'))).toMatchObject({ SECRET_KEY, PLATFORM: 'zhezhengding' });
  expect(read('.env').match(/SECRET_KEY=/g)).toHaveLength(1);
});

test('the packages are not installed anew for a new name', async () => {
  const before = statSync(path.join(root, 'package-lock.json')).mtimeMs;
  await init(...words);
  expect(JSON.parse(read('package-lock.json')).name).toBe('work-orders');
  expect(statSync(path.join(root, 'package-lock.json')).mtimeMs).toBeCloseTo(before, -1);
});

test('secrets are fresh in each clone, and the production organisation is fenced off', async () => {
  await init(...words, 'test-corp-id=57');
  const first = parseEnv(read('.env'));
  expect(first).toMatchObject({
    PLATFORM: 'zhezhengding',
    PRODUCTION_ORGANISATIONS: '196729',
    ZHEZHENGDING_TENANT_ID: '57',
  });
  expect(Buffer.from(first.SECRET_KEY ?? '', 'base64')).toHaveLength(32);
  expect(first.METRICS_TOKEN).toMatch(/^[\w-]{32}$/);
  rmSync(path.join(root, '.env'));
  await init();
  const second = parseEnv(read('.env'));
  expect(second.SECRET_KEY).not.toBe(first.SECRET_KEY);
  expect(second.METRICS_TOKEN).not.toBe(first.METRICS_TOKEN);
});

test('a second run adds to the organisations that are fenced off, and takes none out', async () => {
  await init(...words);
  for (const [before, after] of [
    ['196729,ding0other', '196729,ding0other'],
    ['ding0other, dingelse', 'ding0other,dingelse,196729'],
    ['', '196729'],
  ] as const) {
    edit('.env', (text) =>
      text.replace(/^PRODUCTION_ORGANISATIONS=.*$/m, `PRODUCTION_ORGANISATIONS=${before}`),
    );
    await init();
    expect(parseEnv(read('.env')).PRODUCTION_ORGANISATIONS).toBe(after);
  }
});

test('one organisation for production and test is refused, and nothing is written', async () => {
  const before = everyFile();
  await expect(init(...words, 'test-corp-id=196729')).rejects.toThrow(/不能是同一个（196729）/);
  expect(everyFile()).toEqual(before);
  await init(...words);
  await expect(init('test-corp-id=196729')).rejects.toThrow(/不能是同一个/);
  await expect(init('test-corp-id=57')).resolves.toContain('修改 listing.yaml');
});

test('a second run changes nothing, with the same words or with none', async () => {
  await init(...words);
  const before = everyFile();
  await expect(init(...words)).resolves.toEqual([]);
  await expect(init()).resolves.toEqual([]);
  expect(everyFile()).toEqual(before);
});

test('a later change touches its own values, and nothing that people wrote', async () => {
  await init(...words);
  edit('listing.yaml', (text) =>
    text
      .replace('answer: }', 'answer: yes, evidence: a.jpg } # 张工确认过')
      .replace(/^vendor:\n.*\n {2}organisation:$/m, 'vendor:\n  organisation: 某公司'),
  );
  edit('.env', (text) => `${text}DATABASE_POOL=7\n`);
  const secret = parseEnv(read('.env')).SECRET_KEY;
  await expect(init('domain=new.dept.gov.cn')).resolves.toEqual([
    '修改 listing.yaml',
    '修改 mini/config/production.ts',
  ]);
  expect(read('listing.yaml')).toContain('offline-agreement: { answer: yes, evidence: a.jpg } # 张工确认过');
  expect(parseListing(read('listing.yaml'))).toMatchObject({
    domain: { name: 'new.dept.gov.cn' },
    vendor: { organisation: '某公司' },
    app: { name: '工单助手' },
  });
  expect(parseEnv(read('.env'))).toMatchObject({ SECRET_KEY: secret, DATABASE_POOL: '7' });
  expect(JSON.parse(read('package.json')).template.version).toBe('1.4.0');
});

test.each<[string, string[], RegExp]>([
  ['an address for a domain', ['domain=10.0.0.1'], /domain：应是一个域名/],
  ['a domain with its scheme', ['domain=https://a.gov.cn'], /domain：应是一个域名/],
  ['a platform that is none', ['platform=wechat'], /platform：只能选：1 浙政钉，2 钉钉/],
  ['a package name that npm refuses', ['package=工单'], /package：以小写字母开头/],
  ['a license that is not offered', ['license=GPL'], /license：只能选：1 版权所有，不公开，2 MIT/],
  ['a part that there is not', ['without=h5,shop'], /without：只能选：1 管理后台[\s\S]*例如 h5,events/],
  ['an empty name', ['name='], /name：不能为空/],
  ['an unknown word', ['nmae=甲'], /没有“nmae”这一项/],
  ['a word without a value', ['工单助手'], /名字=值/],
  ['an unknown flag', ['--nmae', '甲'], /看不懂/],
])('%s is refused with an example', (_, args, expected) => {
  expect(() => readArguments(args)).toThrow(expected);
});

test('flags are the same as words', () => {
  expect(readArguments(['--name', '工单助手', '--platform=浙政钉'])).toEqual({
    answers: { name: '工单助手', platform: 'zhezhengding' },
    file: null,
  });
});

test('without a terminal and without words it says what is missing, and changes nothing', () => {
  const before = readFileSync('package.json', 'utf8');
  // In this checkout itself: it must stop before it writes.
  const { status, stderr } = spawnSync(
    process.execPath,
    ['scripts/bootstrap.mjs', 'scripts/init/main.ts', 'package=work-orders', 'platform=nothing'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('platform：只能选：1 浙政钉，2 钉钉，例如 浙政钉');
  expect(stderr).not.toContain('    at ');
  expect(readFileSync('package.json', 'utf8')).toBe(before);
});

test('without a terminal, missing answers are listed with an example each', async () => {
  await expect(complete({ name: '工单助手' }, {}, null)).rejects.toThrow(
    /package=work-orders[\s\S]*domain=app\.example\.gov\.cn/,
  );
});

/** Answers in turn; `shown` holds what a person sees. */
function talk(replies: string[]) {
  const shown: string[] = [];
  const ask = async (question: string) => {
    shown.push(question);
    return replies.shift() ?? null;
  };
  return { shown, replies, ask, tell: (line: string) => shown.push(line) };
}

test('in a terminal it asks again when production and test are the same organisation', async () => {
  const terminal = talk(['ding1', 'ding2', '', '']);
  const { testCorpId: _test, corpId: _corp, ...rest } = readArguments(words).answers;
  const answers = await complete({ ...rest, corpId: 'ding1' }, {}, terminal);
  expect(answers).toMatchObject({ corpId: 'ding1', testCorpId: 'ding2' });
  expect(terminal.shown.join('\n')).toContain('不能是同一个');
});

test('in a terminal it asks for what is missing, again after a mistake, and Enter keeps the present value', async () => {
  const terminal = talk(['', 'work-orders', '浙政钉', '10.0.0.1', '', 'app.dept.gov.cn', '']);
  const known: Partial<Answers> = { name: '工单助手', license: 'proprietary', without: '' };
  const given: Partial<Answers> = { owner: '某厅', testCorpId: '', license: 'proprietary' };
  const answers = await complete(given, known, terminal);
  expect(answers).toEqual({
    ...known,
    ...given,
    package: 'work-orders',
    platform: 'zhezhengding',
    domain: 'app.dept.gov.cn',
    corpId: '',
  });
  const said = terminal.shown.join('\n');
  expect(said).toContain('现在是 工单助手，回车保留');
  expect(said).toContain('1 浙政钉   2 钉钉');
  expect(said).toContain('应是一个域名');
  expect(said).toContain('不能为空');
  expect(said).not.toContain('正式组织');
  expect(terminal.replies).toEqual([]);
});

test('no file is written where the questions are not answered to the end', async () => {
  await expect(complete({}, {}, talk(['工单助手']))).rejects.toThrow(/什么也没有写/);
});

test('before the approval there is no production organisation; production runs on the test organisation', async () => {
  const { corpId: _corp, ...early } = readArguments(words).answers;
  await makeOwn(root, await complete({ ...early, testCorpId: '57' }, {}, null), asked);
  const organisation = async () => (await readConfig(path.join(root, 'mini'), 'production')).corpId;
  expect(parseListing(read('listing.yaml')).organisations).toEqual({ production: null, test: '57' });
  expect(parseEnv(read('.env')).PRODUCTION_ORGANISATIONS ?? '').toBe('');
  expect(await organisation()).toBe('57');
  await init('corp-id=196729');
  expect(await organisation()).toBe('196729');
  expect(parseEnv(read('.env')).PRODUCTION_ORGANISATIONS).toBe('196729');
});

test('the answers may stand in a file, together with those of the listing’s form', () => {
  const named = new Map([
    ['应用名称', '工单助手'],
    ['package', 'work-orders'],
    ['app.platform', '钉钉'],
    ['业主联系人', '王某'],
  ]);
  expect(readArguments(['答案.yaml']).file).toBe('答案.yaml');
  expect(takeOwn(named)).toEqual({ name: '工单助手', package: 'work-orders', platform: 'dingtalk' });
  expect([...named.keys()]).toEqual(['业主联系人']);
  expect(() => takeOwn(new Map([['应用域名（不带 https://）', '10.0.0.1']]))).toThrow(/应是一个域名/);
});
