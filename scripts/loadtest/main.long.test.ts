import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createServer } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { endSessions, loadtestAddress, makeSessions } from '../../server/commands/make-sessions.ts';
import { projectRoot } from '../../server/config/paths.ts';
import { type Built, build } from '../../server/testing/build.ts';
import { listening, makeCertificate } from '../../server/testing/certificates.ts';
import { call, until } from '../../server/testing/client.ts';
import { testWithSignals } from '../../server/testing/signals.ts';
import { type LoadTestReport, reportFolder } from './contract.ts';

/** The tool as people run it, a process of its own in a folder of its own, against the whole server. */

let built: Built;
let folder: string;
let url: string;

beforeAll(async () => {
  // Fifty sign-ins at once on a busy machine.
  built = await build({ env: { PLATFORM_TIMEOUT_MS: '30000' } });
  url = await built.url();
});
afterAll(() => built.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'loadtest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Running {
  child: ChildProcess;
  /** Resolves once the output holds it. */
  says(text: string): Promise<void>;
  ended: Promise<{ code: number | null; output: string }>;
}

function start(args: string[], env: Record<string, string> = {}): Running {
  const tsx = pathToFileURL(createRequire(path.join(projectRoot, 'package.json')).resolve('tsx')).href;
  const script = path.join(projectRoot, 'scripts', 'loadtest', 'main.ts');
  const child = spawn(process.execPath, ['--import', tsx, script, ...args], {
    cwd: folder,
    env: { ...process.env, EMULATOR_PORT: new URL(built.emulator.url).port, ...env },
  });
  let output = '';
  const waiting: [string, () => void][] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const [text, go] of waiting) if (output.includes(text)) go();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }));
  });
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        waiting.push([text, resolve]);
        if (output.includes(text)) resolve();
        ended.then(() => reject(new Error(`ended without ${text}: ${output}`)));
      }),
  };
}

const readReport = async () =>
  JSON.parse(await readFile(path.join(folder, reportFolder, 'report.json'), 'utf8')) as LoadTestReport;

test('the load test signs in through the emulator, writes three files, and signs out again', async () => {
  const before = await built.prisma.session.count();
  const { code, output } = await start([url, '5,50', '2s', '--warm-up', '1']).ended;
  expect(output).toContain('报告：');
  const report = await readReport();
  expect(output).toContain(report.verdict.passed ? '结论：达到标准。' : '结论：未达标。');
  expect(code).toBe(report.verdict.passed ? 0 : 1);
  expect(report).toMatchObject({ address: url, partial: false, sessions: 50, appDomain: null });
  expect(
    report.steps.map(({ connections, successRate, errors }) => [connections, successRate, errors]),
  ).toEqual([
    [5, 1, {}],
    [50, 1, {}],
  ]);
  expect(report.steps[1]?.endpoints).toHaveLength(4);
  const page = await readFile(path.join(folder, reportFolder, '压测报告.html'), 'utf8');
  expect(page).toContain(url);
  expect(page.match(/<svg /g)).toHaveLength(2);
  const document = await readFile(path.join(folder, reportFolder, '压测报告.docx'));
  expect(document.subarray(0, 2).toString()).toBe('PK');
  // Without a terminal there is no progress line.
  expect(output).not.toContain('\r');
  // A token would let every reader of the report into the app.
  expect(output + page + JSON.stringify(report)).not.toMatch(/Bearer|token/i);
  expect(await built.prisma.session.count()).toBe(before);
});

testWithSignals()('Ctrl-C keeps what was measured, marked as not finished', async () => {
  const running = start([url, '5,50', '4s', '--warm-up', '0']);
  await running.says('5 并发：每秒');
  running.child.kill('SIGINT');
  const { code, output } = await running.ended;
  expect(output).toContain('报告（不完整）');
  expect(code).toBe(130);
  const report = await readReport();
  expect(report.partial).toBe(true);
  expect(report.steps[0]).toMatchObject({ connections: 5, complete: true });
  expect(report.verdict.passed).toBe(false);
  const page = await readFile(path.join(folder, reportFolder, '压测报告.html'), 'utf8');
  expect(page).toContain('压测报告（未完成）');
});

test('a host that listing.yaml does not name is refused before any request', async () => {
  await writeFile(path.join(folder, 'listing.yaml'), 'domain:\n  name: app.example.gov.cn\n');
  const other = await start(['https://www.example.com']).ended;
  expect(other.output).toMatch(/不能压测 www\.example\.com.*登记的应用域名是 app\.example\.gov\.cn/s);
  expect(other.code).toBe(1);
  const own = await start(['https://app.example.gov.cn']).ended;
  expect(own.output).toMatch(/需要已登录的会话.*loadtest:sessions/);
  expect(existsSync(path.join(folder, 'listing'))).toBe(false);
});

test('an untrusted certificate is named, and a trusted one is loaded', async () => {
  const root = await makeCertificate({ name: 'Test Root', ca: true });
  const { cert, key } = await makeCertificate({ name: '127.0.0.1', hosts: ['127.0.0.1'], issuer: root });
  const gateway = await listening(
    createServer({ cert, key }, (socket) => {
      const behind = connect(Number(new URL(url).port), '127.0.0.1');
      for (const side of [socket, behind]) side.on('error', () => side.destroy());
      socket.pipe(behind).pipe(socket);
    }),
  );
  const address = `https://127.0.0.1:${gateway.port}`;
  const refused = await start([address, '5', '1s', '--warm-up', '0']).ended;
  expect(refused.output).toMatch(/连不上 https:\/\/127\.0\.0\.1:\d+：证书不对（/);
  expect(refused.code).toBe(1);
  const trusted = path.join(folder, 'root.pem');
  await writeFile(trusted, root.cert);
  await start([address, '5', '1s', '--warm-up', '0'], { NODE_EXTRA_CA_CERTS: trusted }).ended;
  await gateway.close();
  expect((await readReport()).steps[0]).toMatchObject({ successRate: 1, errors: {} });
});

describe('sessions for an app without the emulator', () => {
  test('sessions for a load test are opened for an account, work, and end', async () => {
    const opened = { action: 'sign-in', address: loadtestAddress };
    const before = await built.prisma.auditLog.count({ where: opened });
    const { tokens } = await makeSessions(built.prisma, 'zhangsan', 3);
    const file = path.join(folder, 'tokens.txt');
    await writeFile(file, `# 压测\n${tokens.join('\n')}\n`);
    const own = path.join(folder, 'own.txt');
    await writeFile(own, '# 自己的接口\nGET /api/me/sessions?limit=1\n');
    const words = ['warm-up=0', `tokens=${file}`, `endpoints=${own}`, 'endpoint=GET /api/me'];
    const { output } = await start([url, '3', '1s', ...words]).ended;
    expect(output).toContain('3 个会话');
    const [step] = (await readReport()).steps;
    expect(step?.successRate).toBe(1);
    expect(step?.endpoints.map(({ name }) => name)).toEqual(['GET /api/me', 'GET /api/me/sessions']);
    expect(await endSessions(built.prisma)).toBe(3);
    // The server learns of the end from the database's notification, a moment later.
    const ended = async (token: string) => (await call(`${url}/api/me`, { token })).status === 401;
    for (const token of tokens) await until(() => ended(token), 5000, 'the session has ended');
    expect(await built.prisma.auditLog.count({ where: opened })).toBe(before + 3);
    const late = await start([url, '3', '1s', '--tokens', file]).ended;
    expect(late.output).toContain('已经失效');
    expect(late.code).toBe(1);
  });

  test.each([
    ['nobody', /没有叫“nobody”的账号/],
    ['admin', /不是普通账号/],
    ['lisi', /还没有绑定/],
    ['zhouba', /现在不能登录/],
  ])('are not opened for %s', async (username, message) => {
    await expect(makeSessions(built.prisma, username, 1)).rejects.toThrow(message);
  });
});
