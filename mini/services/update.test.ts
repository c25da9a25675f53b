import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  fetchTransport,
  type OpenedApp,
  openProjectApp,
  type ProjectAppOptions,
} from '../../scripts/simulator/index.ts';
import { type Built, build } from '../../server/testing/build.ts';
import { version } from '../version.ts';

/** The project's mini program before a server that needs a newer one, and before one that does not. */
let strict: Built;
let easy: Built;

beforeAll(async () => {
  strict = await build({ env: { MINI_MINIMUM_VERSION: '99.0.0' } });
  easy = await build({ database: strict.database, emulator: strict.emulator });
}, 60_000);
afterAll(async () => {
  await easy.close();
  await strict.close();
});

async function open(server: Built, options: Partial<ProjectAppOptions> = {}): Promise<OpenedApp> {
  const authCodes = { emulatorUrl: server.emulator.url, person: 'zhangsan' };
  return openProjectApp({ serverUrl: await server.url(), authCodes, ...options });
}

const requests = (app: OpenedApp, from = 0) =>
  app.events.slice(from).flatMap((event) => (event.kind === 'request' ? [new URL(event.url).pathname] : []));
const applied = (app: OpenedApp) =>
  app.events.filter((event) => event.kind === 'dd' && event.name === 'applyUpdate').length;

/** The same code with a shorter wait for the container. */
const update = readFileSync(fileURLToPath(new URL('./update.ts', import.meta.url)), 'utf8');
const impatient = { 'services/update.ts': update.replace('const DOWNLOAD = 10_000;', 'const DOWNLOAD = 1;') };

test.each([
  ['no update manager', { update: 'absent' }],
  ['an update that cannot be downloaded', { update: 'failed' }],
  ['no newer package in time', { update: 'none', replace: impatient }],
] as const)('with %s a text says what to do, and the app can be used', async (_what, options) => {
  const app = await open(strict, options);
  await app.waitFor('请关闭小程序，再从工作台重新打开');
  expect(app.text()).toContain('当前版本太旧');
  await app.tap('我知道了');
  await app.waitFor('，张三');
  await app.tap('我的');
  await app.waitFor('退出登录');
  expect(app.text()).toContain(`版本 ${version}`);
  // Once a start is enough.
  expect(app.text()).not.toContain('当前版本太旧');
  expect(applied(app)).toBe(0);
});

test('when a newer package is ready, the person is asked and the app restarts with it', async () => {
  const app = await open(strict, { update: 'ready' });
  // The server speaks up only while the first question stands already: one question is enough, unless declined.
  await app.waitFor('有新版本');
  await app.waitFor('，张三');
  await app.tap('取消');
  await app.waitFor('当前版本太旧');
  await app.tap('现在更新');
  await app.waitFor(() => applied(app) === 1 && app.text().includes('，张三'));
  const launches = app.events.filter((event) => event.kind === 'app' && event.action === 'launch');
  expect(launches).toHaveLength(2);
});

test('a newer package that is not required is offered once and may be declined', async () => {
  const app = await open(easy, { update: 'ready' });
  await app.waitFor('有新版本');
  expect(app.text()).not.toContain('太旧');
  await app.tap('取消');
  await app.waitFor('，张三');
  await app.tap('我的');
  await app.waitFor('退出登录');
  expect(app.text()).not.toContain('有新版本');
  expect(applied(app)).toBe(0);
});

test('a start with a stored session learns of a newer version without an extra request', async () => {
  const later = async (server: Built) => {
    const app = await open(server, { update: 'absent' });
    await app.waitFor('，张三');
    if (app.text().includes('我知道了')) await app.tap('我知道了');
    const before = app.events.length;
    await app.restart({ cold: true });
    await app.waitFor('，张三');
    return { app, asked: requests(app, before) };
  };
  const { asked: usual } = await later(easy);
  const { app, asked } = await later(strict);
  await app.waitFor('当前版本太旧');
  expect(asked).toEqual(usual);
  expect(asked).not.toContain('/api/auth/login');
});

test('where the container hides headers, the sign-in’s answer tells of a newer version', async () => {
  const transport = fetchTransport(fetch);
  const app = await open(strict, {
    update: 'absent',
    transport: async (request) => ({ ...(await transport(request)), headers: {} }),
  });
  await app.waitFor('当前版本太旧');
});

test('without a network nobody is asked to update, and the app opens', async () => {
  const app = await open(strict, { update: 'none', faults: { noNetwork: true } });
  await app.waitFor('重试');
  expect(app.text()).not.toContain('太旧');
});

test('a new enough container is not asked to update', async () => {
  const app = await open(easy);
  await app.waitFor('，张三');
  expect(app.text()).not.toMatch(/太旧|有新版本/);
});
