import type { Listing } from '../listing.ts';
import type { Finding } from '../rule.ts';
import { type Draft, filledListing } from '../testing/filled.ts';
import { check as checkIn, contextFor, createProject, type TestProject } from '../testing/project.ts';

/** The rules that compile the mini program, and those that run it. */

let project: TestProject;
let listing: Draft<Listing>;
beforeEach(async () => {
  project = await createProject();
  listing = filledListing();
});
afterEach(() => project.remove());

const check = (id: string): Promise<Finding> => checkIn(id, contextFor(project.files, { listing }));
const state = async (id: string) => (await check(id)).state;

describe('the mini program’s package', () => {
  const production = (serverUrl: string) => (text: string) =>
    text.replace('https://app.hangzhou-dept.cn', serverUrl);

  test.each([
    ['http://app.hangzhou-dept.cn', '不是 https'],
    ['https://127.0.0.1:3000', '不是应用域名'],
    ['https://other.hangzhou-dept.cn', '不是应用域名'],
    ['app', '不是 https'],
  ])('a serverUrl of %s is refused', async (serverUrl, told) => {
    expect(await state('mini-server-address')).toBe('pass');
    await project.edit('mini/config/production.ts', production(serverUrl));
    expect(await check('mini-server-address')).toMatchObject({
      state: 'fail',
      detail: expect.stringContaining(told),
    });
  });

  test('packages for development and tests never belong to the production organisation', async () => {
    expect(await state('mini-organisation')).toBe('pass');
    await project.edit('mini/config/test.ts', (text) => text.replace('ding0000test', 'ding0000formal'));
    expect((await check('mini-organisation')).detail).toMatch(/^test 的 corpId 是正式组织/);
    listing.organisations.production = null;
    expect(await state('mini-organisation')).toBe('pass');
    listing.app.platform = 'zhezhengding';
    expect(await state('mini-organisation')).toBe('not-applicable');
  });

  test('the production package belongs to the production organisation once the listing is approved', async () => {
    const env = { NODE_ENV: 'production', DINGTALK_CORP_ID: 'ding0000formal' };
    const look = () => checkIn('credentials-apart', contextFor(project.files, { listing, env }));
    listing.app.stage = '审批后';
    expect((await look()).state).toBe('pass');
    await project.edit('mini/config/production.ts', (text) => text.replace('ding0000formal', 'ding0000test'));
    expect((await look()).detail).toContain('小程序正式包的 corpId');
    listing.app.stage = '审批前';
    expect((await look()).state).toBe('pass');
  });

  test('a missing page and a broken app.json are named, and then nobody judges the package’s content', async () => {
    expect(await check('mini-package')).toMatchObject({
      state: 'pass',
      evidence: expect.arrayContaining(['pages/home/index']),
    });
    await project.edit('mini/app.json', (text) =>
      text.replace('"pages/home/index",', '"pages/home/index", "pages/gone/index",'),
    );
    expect((await check('mini-package')).evidence.join('\n')).toContain('pages/gone/index');
    await project.write('mini/app.json', '{');
    expect((await check('mini-package')).evidence.join('\n')).toContain(
      'mini/app.json:1:2 app.json 不是合法的 JSON',
    );
    expect(await state('mini-size')).toBe('unknown');
    expect(await state('mini-no-local-address')).toBe('unknown');
    expect(await state('mini-trusted-domains')).toBe('unknown');
  });

  test('a package of more than 2 MB is refused', async () => {
    expect(await state('mini-size')).toBe('pass');
    await project.write('mini/assets/poster.png', Buffer.alloc(2 * 1024 * 1024));
    expect(await state('mini-size')).toBe('fail');
    expect(await state('mini-package')).toBe('pass');
  });

  test('addresses of http and of this machine are named with file and line', async () => {
    expect(await state('mini-no-local-address')).toBe('pass');
    await project.edit(
      'mini/pages/me/index.axml',
      (text) => `${text}\n<image src="http://192.168.1.9/a.png" />`,
    );
    await project.edit(
      'mini/services/format.ts',
      (text) => `${text}\nexport const debug = 'https://localhost:3000/x';\n`,
    );
    const found = await check('mini-no-local-address');
    expect(found.state).toBe('fail');
    expect(found.evidence.join('\n')).toMatch(
      /index\.axml:\d+ http:\/\/192\.168\.1\.9[^\n]*\n.*format\.js:\d+ https:\/\/localhost:3000/,
    );
  });

  test('the domains to register are listed, and a person says whether they are registered', async () => {
    await project.edit(
      'mini/pages/me/index.axml',
      (text) => `${text}\n<image src="https://img.hangzhou-dept.cn/a.png" />`,
    );
    const open = await check('mini-trusted-domains');
    expect(open).toMatchObject({
      state: 'question',
      detail: expect.stringContaining('app.hangzhou-dept.cn、img.hangzhou-dept.cn'),
    });
    listing.answers['mini-trusted-domains'] = { answer: 'yes' };
    expect(await state('mini-trusted-domains')).toBe('pass');
    listing.answers['mini-trusted-domains'] = { answer: 'no' };
    expect(await state('mini-trusted-domains')).toBe('fail');
    // 浙政钉 has no such list.
    listing.app.platform = 'zhezhengding';
    expect(await state('mini-trusted-domains')).toBe('not-applicable');
  });

  test.each([
    ['1.2.0', 'pass'],
    ['0.1.0', 'fail'],
    ['1.2', 'fail'],
    ['1.2.0-beta', 'fail'],
  ] as const)('the version %s is judged as %s', async (version, wanted) => {
    await project.write('mini/version.ts', `export const version = '${version}';\n`);
    expect(await state('mini-version')).toBe(wanted);
  });

  test('an app of H5 alone has no package to check', async () => {
    listing.app.forms = ['h5'];
    for (const id of ['mini-package', 'mini-size', 'mini-server-address', 'mini-version']) {
      expect(await state(id)).toBe('not-applicable');
    }
  });
});

describe('the sign-in, by running the mini program', () => {
  const ids = ['session-cache', 'sign-in-without-password', 'binding-page', 'failure-page'];
  const states = async () =>
    Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await state(id)])));
  const good = Object.fromEntries(ids.map((id) => [id, 'pass']));

  test.each(['dingtalk', 'zhezhengding'] as const)(
    'the template’s own sign-in passes in %s',
    async (platform) => {
      listing.app.platform = platform;
      expect(await states()).toEqual(good);
    },
  );

  test('a session that is not kept in the cache is found', async () => {
    await project.edit('mini/services/dd.ts', (text) =>
      text.replace(/dd\.setStorage\([^)]*\)/, 'success(undefined)'),
    );
    expect(await states()).toEqual({ ...good, 'session-cache': 'fail' });
    expect((await check('session-cache')).detail).toMatch(/第二次进入又调用了 \d 次/);
  });

  test('a program that sends everybody to the binding page does not sign in without a password', async () => {
    await project.edit('mini/services/session.ts', (text) =>
      text.replace(
        'return adopt(data, requestId);',
        "ticket = { token: '', personName: '' };\n      return { state: 'bind-required', personName: '' };",
      ),
    );
    expect(await states()).toMatchObject({ 'sign-in-without-password': 'fail', 'binding-page': 'pass' });
  });

  test('a binding page without a field for the password is found', async () => {
    await project.edit('mini/pages/bind/index.axml', (text) => text.replace('password="{{true}}"', ''));
    expect(await states()).toEqual({ ...good, 'binding-page': 'fail' });
  });

  test('a fault that no page shows is found', async () => {
    await project.edit('mini/services/navigation.ts', (text) =>
      text.replace("case 'trouble':\n      showTrouble(outcome.fault);", "case 'trouble':"),
    );
    const found = await check('failure-page');
    expect(found.state).toBe('fail');
    expect(found.evidence.join('\n')).toContain('没有网络 → pages/home/index');
    expect(await states()).toEqual({ ...good, 'failure-page': 'fail' });
  });

  test('a dd API that the simulator does not know is no fault of the app', async () => {
    await project.edit('mini/app.ts', (text) =>
      text.replace('onLaunch(options) {', 'onLaunch(options) {\n    (dd as any).scanEverything({});'),
    );
    const found = await check('session-cache');
    expect(found).toMatchObject({ state: 'unknown', detail: expect.stringContaining('dd.scanEverything') });
  });

  test('for an app of H5 alone a person is asked', async () => {
    listing.app.forms = ['h5'];
    expect(await states()).toEqual(Object.fromEntries(ids.map((id) => [id, 'question'])));
    for (const id of ids) listing.answers[id] = { answer: 'yes' };
    expect(await states()).toEqual(good);
  });
});
