import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectRoot } from '../../server/database/paths.ts';
import type { PlatformName } from '../../server/platform/platform.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';

/** The tool as a person runs it: a process of its own. */

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

function run(
  platform: PlatformName,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join('scripts', 'events', 'register.ts'), ...args],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          ...emulatorEnvironment(platform, emulator.url),
          NODE_ENV: 'test',
          DATABASE_URL: '',
          DATA_DIR: 'memory',
          ...env,
        },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

test('浙政钉 is told where to post both events, and the server’s own switch is named', async () => {
  const { code, output } = await run('zhezhengding', ['https://app.example.gov.cn/']);
  expect(output).toContain('ZHEZHENGDING_EVENTS=on');
  expect(code).toBe(0);
  const url = 'https://app.example.gov.cn/api/events/zhezhengding';
  expect(emulator.control.callbacks()).toEqual({
    'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE': url,
    'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_ADD_UPDATE': url,
  });
});

test('a refusal names the remedy, without a stack', async () => {
  const { code, output } = await run('zhezhengding', ['https://app.example.gov.cn'], {
    ZHEZHENGDING_APP_SECRET: 'emulator-wrong-secret',
  });
  expect(code).toBe(1);
  expect(output).toMatch(/登记没有成功：.*appSecret/);
  expect(output).not.toContain('    at ');
  expect(emulator.control.callbacks()).toEqual({});
});

test('DingTalk is told in its console', async () => {
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
  expect(output).toContain('npm run events:register https://app.example.gov.cn');
});
