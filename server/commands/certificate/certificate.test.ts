import { makeCertificate, makeChain, serveTls, type TlsServer } from '../../testing/certificates.ts';
import { runCommand } from '../../testing/run-command.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const host = 'app.hangzhou-dept.cn';

let homeMade: TlsServer;
let short: TlsServer;

beforeAll(async () => {
  const { root, intermediate, leaf } = await makeChain(host);
  homeMade = await serveTls({ cert: leaf.cert + intermediate.cert + root.cert, key: leaf.key });
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
  await homeMade?.close();
  await short?.close();
});

const run = (args: readonly string[], env: Record<string, string> = {}) => runCommand(['cert', ...args], env);

const at = ({ port }: TlsServer) => ['--connect', `127.0.0.1:${port}`];

test('the chain, the days left and every problem of the app’s own address are shown, with exit code 1', async () => {
  const { code, output } = await run(at(homeMade), { PUBLIC_ORIGIN: `https://${host}/` });
  expect(code).toBe(1);
  expect(output).toMatch(/第 1 级 +Test \/ app\.hangzhou-dept\.cn/);
  expect(output).toMatch(/第 3 级 +Test \/ Test Root/);
  expect(output).toContain('还有 99 天');
  expect(output).toContain('1. 证书由自建的机构“Test / Test Root”签发');
});

test('each problem comes with its remedy', async () => {
  const { code, output } = await run([host, ...at(short)]);
  expect(code).toBe(1);
  expect(output).toContain('1. 证书链不完整');
  expect(output).toContain('2. 证书还有 9 天到期');
  expect(output).toContain('怎么办：把证书机构给的中间证书接在网站证书后面');
  expect(output).toContain('接不到根证书');
});

test('another name than the app’s own can be asked for', async () => {
  const { output } = await run(['other.hangzhou-dept.cn', ...at(homeMade)]);
  expect(output).toContain('不包含 other.hangzhou-dept.cn');
});

test.each([
  [[], '还不知道应用域名'],
  [['a.cn', 'b.cn'], '一次检查一个域名'],
  [['http://a.cn'], '不是域名'],
  [['a.cn', '--connect', '???'], '--connect 应写成'],
  [['a.cn', '--json'], '看不懂这些参数'],
  [['127.0.0.1:1'], '127.0.0.1 的 1 端口没有服务在监听'],
])('the arguments %j are refused, with words', async (args, words) => {
  const { code, output } = await run(args);
  expect(code).toBe(1);
  expect(output).toContain(words);
  expect(output).not.toMatch(/\bat .*:\d+:\d+/);
});
