import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CertificateReport } from '../../../server/certificate/report.ts';
import { projectRoot } from '../../../server/config/paths.ts';
import {
  makeCertificate,
  makeChain,
  serveTls,
  type TlsServer,
} from '../../../server/testing/certificates.ts';

/** `npm run cert` as a process of its own, against TLS servers on this machine. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const host = 'app.hangzhou-dept.cn';
const tsx = pathToFileURL(createRequire(path.join(projectRoot, 'package.json')).resolve('tsx')).href;

let folder: string;
let good: TlsServer;
let short: TlsServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cert-'));
  const { root, intermediate, leaf } = await makeChain(host);
  await writeFile(path.join(folder, 'root.pem'), root.cert);
  good = await serveTls({ cert: leaf.cert + intermediate.cert, key: leaf.key });
  const alone = await makeCertificate({
    name: host,
    hosts: [host],
    issuer: intermediate,
    issuerUrl: 'http://127.0.0.1:1/ca.cer',
    until: 9.5,
  });
  short = await serveTls({ cert: alone.cert, key: alone.key });
});
afterAll(async () => {
  await good?.close();
  await short?.close();
  await rm(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--import', tsx, path.join(projectRoot, 'scripts/listing/certificate/main.ts'), ...args],
    { cwd: folder, env: { ...process.env, ...env } },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    stdout += data;
  });
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    stderr += data;
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const at = ({ port }: TlsServer) => ['--connect', `127.0.0.1:${port}`];

test('a good one: its chain, the days left, 0', async () => {
  const { code, stdout, stderr } = await run([host, ...at(good), '--ca', 'root.pem']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/第 1 级 +Test \/ app\.hangzhou-dept\.cn/);
  expect(stdout).toMatch(/第 3 级 +Test \/ Test Root，.*（根证书）/);
  expect(stdout).toContain('还有 99 天');
  expect(stdout).toContain('没有发现问题');
});

test('what is wrong, and what to do about it, 1', async () => {
  const { code, stdout } = await run([host, ...at(short)]);
  expect(code).toBe(1);
  expect(stdout).toContain('1. 证书链不完整');
  expect(stdout).toContain('2. 证书还有 9 天到期');
  expect(stdout).toContain('怎么办：把证书机构给的中间证书接在网站证书后面');
  expect(stdout).toContain('接不到根证书');
});

test('the app’s own address, from the environment, then from listing.yaml', async () => {
  const own = await run([...at(good), '--ca', 'root.pem', '--json'], { PUBLIC_ORIGIN: `https://${host}/` });
  expect((JSON.parse(own.stdout) as CertificateReport).host).toBe(host);
  await writeFile(path.join(folder, 'listing.yaml'), 'domain:\n  name: other.hangzhou-dept.cn\n');
  const listed = await run([...at(good), '--ca', 'root.pem', '--json'], { PUBLIC_ORIGIN: '' });
  expect(listed.code).toBe(1);
  expect(JSON.parse(listed.stdout)).toMatchObject({
    host: 'other.hangzhou-dept.cn',
    problems: [{ code: 'HOST_MISMATCH' }],
  });
  await rm(path.join(folder, 'listing.yaml'));
});

test.each([
  [[], '还不知道应用域名'],
  [['a.cn', 'b.cn'], '一次检查一个域名'],
  [['http://a.cn'], '不是域名'],
  [['a.cn', '--connect', '???'], '--connect 应写成'],
  [['a.cn', '--ca', 'none.pem'], '读不到文件 none.pem'],
  [['127.0.0.1:1'], '127.0.0.1 的 1 端口没有服务在监听'],
])('%j', async (args, words) => {
  const { code, stderr } = await run(args, { PUBLIC_ORIGIN: '' });
  expect(code).toBe(1);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
});
