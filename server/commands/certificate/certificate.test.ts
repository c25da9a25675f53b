import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CertificateReport } from '../../certificate/report.ts';
import { makeCertificate, makeChain, serveTls, type TlsServer } from '../../testing/certificates.ts';
import { runCommand } from '../../testing/run-command.ts';

/** Against TLS servers on this machine. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const host = 'app.hangzhou-dept.cn';

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

const run = (args: readonly string[], env: Record<string, string> = {}) => runCommand(['cert', ...args], env);

const at = ({ port }: TlsServer) => ['--connect', `127.0.0.1:${port}`];

test('a good one: its chain, the days left, 0', async () => {
  const { code, output } = await run([host, ...at(good), '--ca', path.join(folder, 'root.pem')]);
  expect(code).toBe(0);
  expect(output).toMatch(/第 1 级 +Test \/ app\.hangzhou-dept\.cn/);
  expect(output).toMatch(/第 3 级 +Test \/ Test Root，.*（根证书）/);
  expect(output).toContain('还有 99 天');
  expect(output).toContain('没有发现问题');
});

test('what is wrong, and what to do about it, 1', async () => {
  const { code, output } = await run([host, ...at(short)]);
  expect(code).toBe(1);
  expect(output).toContain('1. 证书链不完整');
  expect(output).toContain('2. 证书还有 9 天到期');
  expect(output).toContain('怎么办：把证书机构给的中间证书接在网站证书后面');
  expect(output).toContain('接不到根证书');
});

test('the app’s own address, from the environment', async () => {
  const PUBLIC_ORIGIN = `https://${host}/`;
  const own = await run([...at(good), '--ca', path.join(folder, 'root.pem'), '--json'], { PUBLIC_ORIGIN });
  expect((JSON.parse(own.output) as CertificateReport).host).toBe(host);
});

test('a certificate of another name', async () => {
  const other = await run([
    'other.hangzhou-dept.cn',
    ...at(good),
    '--ca',
    path.join(folder, 'root.pem'),
    '--json',
  ]);
  expect(other.code).toBe(1);
  expect(JSON.parse(other.output)).toMatchObject({
    host: 'other.hangzhou-dept.cn',
    problems: [{ code: 'HOST_MISMATCH' }],
  });
});

test.each([
  [[], '还不知道应用域名'],
  [['a.cn', 'b.cn'], '一次检查一个域名'],
  [['http://a.cn'], '不是域名'],
  [['a.cn', '--connect', '???'], '--connect 应写成'],
  [['a.cn', '--ca', 'none.pem'], '读不到文件 none.pem'],
  [['127.0.0.1:1'], '127.0.0.1 的 1 端口没有服务在监听'],
])('%j', async (args, words) => {
  const { code, output } = await run(args);
  expect(code).toBe(1);
  expect(output).toContain(words);
  expect(output).not.toMatch(/\bat .*:\d+:\d+/);
});
