import { prepareRules } from '../testing/rules.ts';

/** The rules that compile the mini program, and those that run it. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareRules();
const { check, state, yes, no } = subject;

describe('the mini program’s package', () => {
  const production = (serverUrl: string) => (text: string) =>
    text.replace('https://app.hangzhou-dept.cn', serverUrl);

  test.each([
    ['http://app.hangzhou-dept.cn', '不是 https'],
    ['https://127.0.0.1:3000', 'IP 或本机地址'],
    ['https://[fd00::1]', 'IP 或本机地址'],
    ['https://localhost', 'IP 或本机地址'],
    ['https://other.hangzhou-dept.cn', '与 listing.yaml 的 domain.name'],
    ['app', '不是网址'],
  ])('mini-server-address refuses %s', async (serverUrl, told) => {
    await subject.project.edit('mini/config/production.ts', production(serverUrl));
    const found = await check('mini-server-address');
    expect(found).toMatchObject({ state: 'fail', detail: expect.stringContaining(told) });
    // Nothing else is wrong with the package.
    expect(await state('mini-package')).toBe('pass');
    expect(await state('mini-no-local-address')).toBe('pass');
  });

  test('mini-server-address takes the app’s own domain by https', async () => {
    expect(await state('mini-server-address')).toBe('pass');
  });

  test('mini-organisation: only production is for the production organisation', async () => {
    expect(await state('mini-organisation')).toBe('pass');
    await subject.project.edit('mini/config/test.ts', (text) =>
      text.replace('ding0000test', 'ding0000formal'),
    );
    expect((await check('mini-organisation')).detail).toMatch(/^test 的 corpId 不对/);
    await subject.project.edit('mini/config/production.ts', (text) =>
      text.replace('ding0000formal', 'ding0000test'),
    );
    expect((await check('mini-organisation')).detail).toMatch(/^test、production 的/);
    subject.listing.app.platform = 'zhezhengding';
    expect(await state('mini-organisation')).toBe('not-applicable');
  });

  test('mini-package: whole, and without what phones lack', async () => {
    expect(await check('mini-package')).toMatchObject({
      state: 'pass',
      evidence: expect.arrayContaining(['pages/home/index']),
    });
    await subject.project.edit('mini/app.json', (text) =>
      text.replace('"pages/home/index",', '"pages/home/index", "pages/gone/index",'),
    );
    expect((await check('mini-package')).evidence.join('\n')).toContain('pages/gone/index');
    await subject.project.write('mini/app.json', '{');
    expect((await check('mini-package')).detail).toContain('编译不过');
    expect(await state('mini-size')).toBe('unknown');
    expect(await state('mini-no-local-address')).toBe('unknown');
    expect(await state('mini-trusted-domains')).toBe('unknown');
  });

  test('mini-size', async () => {
    expect(await state('mini-size')).toBe('pass');
    await subject.project.write('mini/assets/poster.png', Buffer.alloc(2 * 1024 * 1024));
    expect(await state('mini-size')).toBe('fail');
    expect(await state('mini-package')).toBe('pass');
  });

  test('mini-no-local-address', async () => {
    expect(await state('mini-no-local-address')).toBe('pass');
    await subject.project.edit(
      'mini/pages/me/index.axml',
      (text) => `${text}\n<image src="http://192.168.1.9/a.png" />`,
    );
    await subject.project.edit(
      'mini/services/format.ts',
      (text) => `${text}\nexport const debug = 'https://localhost:3000/x';\n`,
    );
    const found = await check('mini-no-local-address');
    expect(found.state).toBe('fail');
    expect(found.evidence.join('\n')).toMatch(
      /index\.axml:\d+ http:\/\/192\.168\.1\.9[^\n]*\n.*format\.js:\d+ https:\/\/localhost:3000/,
    );
  });

  test('mini-trusted-domains lists what to register, and asks whether it is', async () => {
    await subject.project.edit(
      'mini/pages/me/index.axml',
      (text) => `${text}\n<image src="https://img.hangzhou-dept.cn/a.png" />`,
    );
    const open = await check('mini-trusted-domains');
    expect(open).toMatchObject({
      state: 'question',
      detail: expect.stringContaining('app.hangzhou-dept.cn、img.hangzhou-dept.cn'),
    });
    yes('mini-trusted-domains', true);
    expect(await state('mini-trusted-domains')).toBe('pass');
    no('mini-trusted-domains');
    expect(await state('mini-trusted-domains')).toBe('fail');
  });

  test.each([
    ['1.2.0', 'pass'],
    ['0.1.0', 'fail'],
    ['1.2', 'fail'],
    ['1.2.0-beta', 'fail'],
  ] as const)('mini-version: %s is %s', async (version, wanted) => {
    await subject.project.write('mini/version.ts', `export const version = '${version}';\n`);
    expect(await state('mini-version')).toBe(wanted);
  });

  test('an app of H5 alone has no package to look at', async () => {
    subject.listing.app.forms = ['h5'];
    for (const id of ['mini-package', 'mini-size', 'mini-server-address', 'mini-version']) {
      expect(await state(id)).toBe('not-applicable');
    }
    expect(await state('mini-organisation')).toBe('not-applicable');
  });
});

describe('the sign-in, by running the mini program', () => {
  const ids = ['session-cache', 'sign-in-without-password', 'binding-page', 'failure-page'];
  const states = async () =>
    Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await state(id)])));
  const good = Object.fromEntries(ids.map((id) => [id, 'pass']));

  test.each(['dingtalk', 'zhezhengding'] as const)('the template’s own passes in %s', async (platform) => {
    subject.listing.app.platform = platform;
    expect(await states()).toEqual(good);
  });

  test('session-cache: a session that is not kept', async () => {
    await subject.project.edit('mini/services/dd.ts', (text) =>
      text.replace(/dd\.setStorage\([^)]*\)/, 'success(undefined)'),
    );
    expect(await states()).toEqual({ ...good, 'session-cache': 'fail' });
    expect((await check('session-cache')).detail).toMatch(/第二次进入又调用了 \d 次/);
  });

  test('sign-in-without-password: everybody is sent to the binding page', async () => {
    await subject.project.edit('mini/services/session.ts', (text) =>
      text.replace(
        'return adopt(data);',
        "ticket = { token: '', personName: '' };\n      return { state: 'bind-required', personName: '' };",
      ),
    );
    expect(await states()).toMatchObject({ 'sign-in-without-password': 'fail', 'binding-page': 'pass' });
  });

  test('binding-page: without a password, or without the request', async () => {
    await subject.project.edit('mini/pages/bind/index.axml', (text) =>
      text.replace('password="{{true}}"', ''),
    );
    expect(await states()).toEqual({ ...good, 'binding-page': 'fail' });
  });

  test('failure-page: a fault that nobody shows is a page without anything', async () => {
    await subject.project.edit('mini/services/navigation.ts', (text) =>
      text.replace("case 'trouble':\n      showTrouble(outcome.fault);", "case 'trouble':"),
    );
    const found = await check('failure-page');
    expect(found.state).toBe('fail');
    expect(found.evidence.join('\n')).toContain('没有网络 → pages/home/index');
    expect(await states()).toEqual({ ...good, 'failure-page': 'fail' });
  });

  test('a dd API that the phone’s double does not know is no fault of the app', async () => {
    await subject.project.edit('mini/app.ts', (text) =>
      text.replace('onLaunch(options) {', 'onLaunch(options) {\n    (dd as any).scanEverything({});'),
    );
    const found = await check('session-cache');
    expect(found).toMatchObject({ state: 'unknown', detail: expect.stringContaining('dd.scanEverything') });
  });

  test('an app of H5 alone is asked for evidence', async () => {
    subject.listing.app.forms = ['h5'];
    expect(await states()).toEqual(Object.fromEntries(ids.map((id) => [id, 'question'])));
    for (const id of ids) yes(id, true);
    expect(await states()).toEqual(good);
    for (const id of ids) no(id);
    expect(await states()).toEqual(Object.fromEntries(ids.map((id) => [id, 'fail'])));
  });
});
