import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { Writable } from 'node:stream';
import { emulatorEnvironment } from '../scripts/emulator/index.ts';
import { serve } from './app.ts';
import { loadConfig } from './config/config.ts';
import { projectRoot } from './config/paths.ts';
import { createLogger } from './plugins/logging.ts';
import { type Built, build } from './testing/build.ts';
import { until } from './testing/client.ts';
import { type CommandDatabase, createCommandDatabase } from './testing/command-database.ts';
import { createTestDatabase } from './testing/database.ts';

const exchange = '/topapi/v2/user/getuserinfo';

/** Sends one request over a connection that is kept open. */
function request(url: string, agent: http.Agent, body?: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = http.request(
      url,
      {
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('stopping', () => {
  test('lets the request in flight end, whose connection is kept alive, and then is over at once', async () => {
    const server: Built = await build();
    const agent = new http.Agent({ keepAlive: true });
    const url = await server.url();
    await server.login('zhangsan');
    await Promise.all([1, 2, 3].map(() => request(`${url}/healthz`, agent)));
    server.emulator.control.fault({ path: exchange, kind: 'slow', delayMs: 300 });
    const flying = request(`${url}/api/auth/login`, agent, { authCode: server.code('zhangsan') });
    // The request has reached the platform.
    while (server.emulator.control.calls()[exchange] !== 2) await new Promise((next) => setImmediate(next));
    const started = performance.now();
    const closed = server.close();
    const { status, text } = await flying;
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ outcome: 'signed-in' });
    await closed;
    // A kept-alive connection would delay the stop for a minute.
    expect(performance.now() - started).toBeLessThan(10_000);
    agent.destroy();
  });
});

const developmentEnvironment = {
  ...emulatorEnvironment('dingtalk', 'http://127.0.0.1:9'),
  NODE_ENV: 'development',
  PORT: '0',
};

/** The exit codes of the processes, one after the other. */
let own: CommandDatabase;
beforeAll(async () => {
  own = await createCommandDatabase('empty');
});
afterAll(() => own?.remove());

/** Starts the production entry as a child with an IPC channel, as a process manager does on Windows. */
function start(env: Record<string, string>): {
  child: ChildProcess;
  output: () => string;
  listening: Promise<string>;
  exited: Promise<number | null>;
} {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(projectRoot, 'server', 'main.ts')], {
    cwd: projectRoot,
    env: {
      PATH: process.env.PATH,
      SystemRoot: process.env.SystemRoot,
      SKIP_ENV_FILE: '1',
      ...developmentEnvironment,
      ...own.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const listening = new Promise<string>((resolve, reject) => {
    const gather = (data: Buffer) => {
      output += data;
      const found = /Server listening at (http:[^"]+)"/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', gather);
    child.stderr?.on('data', gather);
    exited.then((code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
  listening.catch(() => {});
  return { child, output: () => output, listening, exited };
}

test('a developer who has named no production organisation is warned once, at the start', async () => {
  const real = { DINGTALK_APP_KEY: 'dingabcdef', DINGTALK_CORP_ID: 'ding0123456789' };
  const config = loadConfig({ ...developmentEnvironment, ...real });
  const lines: string[] = [];
  const log = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const database = await createTestDatabase();
  try {
    const server = await serve(config, database, createLogger(config, log));
    await server.close();
  } finally {
    await database.close();
  }
  const warned = lines.filter((line) => line.includes('PRODUCTION_ORGANISATIONS'));
  expect(warned).toEqual([expect.stringMatching(/^\{"level":40,.*不允许使用浙政钉组织进行开发测试/)]);
});

// Each one starts Node, compiles and migrates, which takes seconds on a busy machine.
const startMs = 60_000;

describe('the process', () => {
  test(
    'starts, serves, and ends with 0 when its parent tells it to',
    async () => {
      const { child, listening, exited, output } = start({});
      const response = await fetch(`${await listening}/readyz`);
      expect(await response.json()).toEqual({ status: 'ok' });
      const asked = performance.now();
      child.send('shutdown');
      expect(await exited).toBe(0);
      // Less than the time limit of a stop.
      expect(performance.now() - asked).toBeLessThan(8000);
      expect(output()).toContain('"why":"shutdown"');
      expect(output()).not.toContain('PRODUCTION_ORGANISATIONS');
    },
    startMs,
  );

  test(
    'a client that goes away in the middle of its request is no fault of the database',
    async () => {
      const { child, listening, exited, output } = start({});
      const { hostname, port } = new URL(await listening);
      const socket = net.connect(Number(port), hostname, () => {
        socket.write(
          'POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
        );
      });
      await until(() => output().includes('"path":"/api/auth/login"'), startMs, 'the request has begun');
      socket.resetAndDestroy();
      await until(() => output().includes('"code":'), startMs, 'its end is logged');
      child.send('shutdown');
      await exited;
      expect(output()).toMatch(/"level":30,.*"code":"INVALID_REQUEST"/);
      expect(output()).not.toContain('DATABASE_UNAVAILABLE');
    },
    startMs,
  );

  test.each([
    [
      'a configuration that is wrong',
      async () => ({ PORT: 'x', DINGTALK_CORP_ID: '' }),
      /配置有 2 处问题.*DINGTALK_CORP_ID：.*PORT：/s,
    ],
    [
      'a port in use',
      async (taken: net.Server) => ({ PORT: String((taken.address() as net.AddressInfo).port) }),
      /端口 \d+ 已被占用.*\.env/s,
    ],
    [
      'an address of another machine',
      async () => ({ HOST: '203.0.113.9' }),
      /HOST 的地址 203\.0\.113\.9 不是这台机器的/,
    ],
    [
      'a database that does not answer',
      async () => ({ DATABASE_URL: 'postgresql://app:database-password@127.0.0.1:9/app' }),
      /连不上数据库.*DATABASE_URL/s,
    ],
  ] as const)(
    '%s ends the start with what to do, and no stack',
    async (_, env, message) => {
      const taken = net.createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      try {
        const { exited, output } = start(await env(taken));
        expect(await exited).toBe(1);
        expect(output()).toMatch(message);
        expect(output()).not.toMatch(/^\s+at /m);
        expect(output()).not.toContain('database-password');
      } finally {
        await new Promise((resolve) => taken.close(resolve));
      }
    },
    startMs,
  );
});
