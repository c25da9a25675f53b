import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';
import { emulatedApps, type FaultOptions, startEmulator } from '../emulator/index.ts';
import { type MpdevSettings, readMpdevSettings } from './mpdev.ts';
import { previewPackage, type UploadOptions, uploadVersion } from './upload.ts';

/** A small package, uploaded to the emulated platform. */

const { appKey, appSecret, agentId, corpId } = emulatedApps.dingtalk;
let emulator: Awaited<ReturnType<typeof startEmulator>>;
let project: string;
let lines: string[];

beforeAll(async () => {
  emulator = await startEmulator();
  project = path.join(await mkdtemp(path.join(os.tmpdir(), 'upload-')), 'mini');
  const files: Record<string, unknown> = {
    'mini.project.json': { miniprogramRoot: 'dist/mini' },
    'dist/mini/app.json': { pages: ['pages/home/index'] },
    'dist/mini/pages/home/index.axml': '<view />',
  };
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(project, file)), { recursive: true });
    await writeFile(path.join(project, file), JSON.stringify(content));
  }
});
afterAll(async () => {
  await emulator.close();
  await rm(path.dirname(project), { recursive: true });
});
beforeEach(() => {
  emulator.control.reset();
  lines = [];
});

const environment = () => ({
  DINGTALK_MINI_APP_ID: '5000000001',
  DINGTALK_APP_KEY: appKey,
  DINGTALK_APP_SECRET: appSecret,
  DINGTALK_AGENT_ID: agentId,
  DINGTALK_OAPI_URL: emulator.url,
  DINGTALK_MINI_STORE_URL: `${emulator.url}/dingtalk-miniapp-private`,
});
const options = (settings: Partial<MpdevSettings> = {}): UploadOptions => ({
  settings: { ...readMpdevSettings(environment()), ...settings },
  ...{ project, corpId, pollMs: 1, timeoutMs: 10_000 },
  tell: (line) => lines.push(line),
});
/** The message of a failure. */
const fails = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    (done) => `did not fail: ${done}`,
    (error: unknown) => (error instanceof StartFailure ? error.message : `not for people: ${error}`),
  );

test('an upload is packed, stored, built in the cloud and gets the QR code of its trial version', async () => {
  const code = await uploadVersion(options(), '1.2.0');
  expect(code).toBe(
    'dingtalk://dingtalkclient/action/open_micro_app?corpId=dingemulator0001&miniAppId=5000000001' +
      '&source=trial&version=9000001&agentId=2701001&pVersion=1&packageType=1',
  );
  expect(lines).toEqual([
    expect.stringMatching(/^已打包：3 个文件/),
    '云端排队中……',
    '云端构建中……',
    expect.stringMatching(/^云端用了 \d+ 秒。$/),
  ]);
});

test('a preview has a QR code and makes no version', async () => {
  expect(await previewPackage(options())).toMatch(/^dingtalk:\/\/.*miniAppId=5000000001/);
  expect(await uploadVersion(options(), '0.0.1')).toContain('source=trial');
});

test('all values that an upload lacks are named at once', () => {
  expect(() => readMpdevSettings({})).toThrow(/DINGTALK_MINI_APP_ID.*DINGTALK_MINI_TOKEN/s);
});

const refusals: [string, Partial<FaultOptions> & { path: string }, RegExp][] = [
  [
    'the token has expired',
    { path: '/topapi/mpdev/accesskey/get', kind: 'token-expired' },
    /取上传的临时密钥没有成功：平台答复 40014.*重新生成 API Token/,
  ],
  [
    'the address is not on the white list',
    { path: '/topapi/mpdev/build/create', kind: 'ip-not-whitelisted' },
    /60020.*203\.0\.113\.9.*白名单/s,
  ],
  [
    'the platform refuses, in words of its own',
    { path: '/topapi/mpdev/build/create', kind: 'errcode', errcode: 54321, message: '小程序已下架' },
    /54321“小程序已下架”.*平台没有收下 1\.2\.0/s,
  ],
  [
    'nobody answers',
    { path: '/topapi/mpdev/build/create', kind: 'timeout' },
    /提交云端构建没有成功：.*秒内没有应答完.*云端可能已经在构建/s,
  ],
  [
    'the line breaks while the build is ordered',
    { path: '/topapi/mpdev/build/create', kind: 'reset' },
    /连接失败或中断（.*云端可能已经在构建/s,
  ],
  [
    'a proxy answers with its page',
    { path: '/topapi/mpdev/accesskey/get', kind: 'html', times: 0 },
    /不是平台的 JSON（HTTP 405：“.*访问被拦截.*拦截页/,
  ],
  ['the answer is empty', { path: '/gettoken', kind: 'empty', times: 0 }, /取应用令牌没有成功：.*没有内容/],
  ['the platform holds back', { path: '/gettoken', kind: 'punish', times: 0 }, /1111.*平台正忙或限流/],
  [
    'the storage stays away',
    { path: '/dingtalk-miniapp-private/', kind: 'reset', times: 0 },
    /上传没有成功：.*连接失败或中断/,
  ],
  [
    'the line breaks while the cloud builds, and stays broken',
    { path: '/topapi/mpdev/build/status/get', kind: 'reset', times: 0 },
    /查询云端构建没有成功.*云端可能已经在构建/s,
  ],
];

test.each(refusals)('%s: a sentence says so, and who must act', async (_what, fault, message) => {
  emulator.control.fault({ kind: 'reset', ...fault });
  const timeoutMs = fault.kind === 'timeout' ? 2000 : 10_000;
  const told = await fails(uploadVersion({ ...options(), timeoutMs }, '1.2.0'));
  expect(told).toMatch(message);
  // It holds neither the key's secret nor tokens.
  expect(told).not.toMatch(/access_token=|emulator-dingtalk-secret/);
});

test.each<[string, Partial<FaultOptions> & { path: string }]>([
  ['half of the package was sent', { path: '/dingtalk-miniapp-private/', kind: 'reset', times: 2 }],
  ['the cloud was asked', { path: '/topapi/mpdev/build/status/get', kind: 'reset', times: 3 }],
  [
    'the cloud was asked, and a page came instead',
    { path: '/topapi/mpdev/build/status/get', kind: 'html', times: 3 },
  ],
])('a line that breaks for a moment while %s stops nothing', async (_what, fault) => {
  emulator.control.fault({ kind: 'reset', ...fault });
  expect(await uploadVersion(options(), '1.2.0')).toContain('source=trial');
  expect(emulator.control.calls()['/topapi/mpdev/build/create']).toBe(1);
});

test('a build that fails in the cloud is told with its log, and its version can be used again', async () => {
  emulator.control.miniBuilds({ failWith: 'pages/home/index.axml:3\nunexpected token' });
  expect(await fails(uploadVersion(options(), '1.2.0'))).toMatch(
    /云端构建失败，1\.2\.0 没有上传。日志：\npages\/home\/index\.axml:3\nunexpected token\n完整的日志：https:.*同一个版本号/s,
  );
  emulator.control.miniBuilds({ failWith: null });
  expect(await uploadVersion(options(), '1.2.0')).toContain('version=9000002');
});

test('a version that is not newer than what the platform has is refused in its own words', async () => {
  await uploadVersion(options(), '1.10.0');
  expect(await fails(uploadVersion(options(), '1.9.0'))).toMatch(
    /必须大于已有的版本 1\.10\.0.*平台没有收下 1\.9\.0。.*更?大的/s,
  );
});

test('a package that the cloud cannot read fails there, not on a phone', async () => {
  const page = path.join(project, 'dist', 'mini', 'pages', 'home', 'index.axml');
  await rm(page);
  const told = await fails(uploadVersion(options(), '1.2.0'));
  expect(await fails(previewPackage(options()))).toMatch(/平台没有做出预览/);
  await writeFile(page, '<view />');
  expect(told).toMatch(/pages\/home\/index\.axml: no such file/);
});

test('the API Token of the developer console is used as it is, and refused in a sentence', async () => {
  expect(await fails(uploadVersion(options({ token: 'gone' }), '1.2.0'))).toMatch(
    /40014.*DINGTALK_MINI_TOKEN/,
  );
  expect(emulator.control.calls()['/gettoken']).toBeUndefined();
});
