import { type Emulator, emulatorEnvironment, startEmulator } from '../../scripts/emulator/index.ts';
import type { PlatformName } from '../platform/platform.ts';
import { type CommandDatabase, createCommandDatabase } from '../testing/command-database.ts';
import { runCommand } from '../testing/run-command.ts';

let emulator: Emulator;
let own: CommandDatabase;

beforeAll(async () => {
  emulator = await startEmulator();
  own = await createCommandDatabase('empty');
});
afterEach(() => emulator.control.reset());
afterAll(async () => {
  await emulator?.close();
  await own?.remove();
});

const run = (platform: PlatformName, args: readonly string[], env: Record<string, string> = {}) =>
  runCommand(['events:register', ...args], {
    ...emulatorEnvironment(platform, emulator.url),
    NODE_ENV: 'test',
    ...own.env,
    ...env,
  });

test('both events are registered at 浙政钉, and the output names the setting that turns them on', async () => {
  const { code, output } = await run('zhezhengding', ['https://app.example.gov.cn/']);
  expect(output).toContain('ZHEZHENGDING_EVENTS=on');
  expect(code).toBe(0);
  const url = 'https://app.example.gov.cn/api/events/zhezhengding';
  expect(emulator.control.callbacks()).toEqual({
    'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE': url,
    'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_ADD_UPDATE': url,
  });
});

test('a refusal by the platform names the remedy, without a stack trace', async () => {
  const { code, output } = await run('zhezhengding', ['https://app.example.gov.cn'], {
    ZHEZHENGDING_APP_SECRET: 'emulator-wrong-secret',
  });
  expect(code).toBe(1);
  expect(output).toMatch(/登记没有成功：.*appSecret/);
  expect(output).not.toContain('    at ');
  expect(emulator.control.callbacks()).toEqual({});
});

test('for DingTalk the command points to the documentation', async () => {
  const { code, output } = await run('dingtalk', ['https://app.example.gov.cn']);
  expect(code).toBe(1);
  expect(output).toContain('docs/events.md');
});

test.each<[string, string[]]>([
  ['nothing', []],
  ['a path', ['https://app.example.gov.cn/api']],
  ['no address', ['app.example.gov.cn']],
  ['two addresses', ['https://a.gov.cn', 'https://b.gov.cn']],
])('%s is answered with the usage', async (_, args) => {
  const { code, output } = await run('zhezhengding', args);
  expect(code).toBe(1);
  expect(output).toContain('npm run cli events:register https://app.example.gov.cn');
});
