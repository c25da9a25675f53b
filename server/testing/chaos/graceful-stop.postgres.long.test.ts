import http from 'node:http';
import { hashSecret } from '../../auth/secrets.ts';
import { signInWith, until } from '../client.ts';
import { prepareProcesses, type ServerProcess } from '../processes.ts';
import { testWithSignals } from '../signals.ts';

/** A process that is told to stop while its clients keep their connections open and go on asking. */

const exchange = '/topapi/v2/user/getuserinfo';
const clients = 20;

const here = prepareProcesses({ DATABASE_TIMEOUT_MS: '20000', PLATFORM_TIMEOUT_MS: '30000' });

type Ending =
  | { how: 'answered'; token: string }
  /** The server closed the connection before it read anything of the request: it can be sent elsewhere. */
  | { how: 'refused' }
  /** A part of an answer came. */
  | { how: 'torn' };

/** Signs in over the agent's connections. */
function signIn(url: string, agent: http.Agent): Promise<Ending> {
  return new Promise((resolve) => {
    const request = http.request(`${url}/api/auth/login`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', () => resolve({ how: 'refused' }));
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', () => resolve({ how: 'torn' }));
      response.on('end', () => {
        const { session } = JSON.parse(text) as { session: { token: string } };
        resolve({ how: 'answered', token: session.token });
      });
    });
    request.end(JSON.stringify({ authCode: here.code('zhangsan') }));
  });
}

test('stops under load with 0, and every request that it took is answered', async () => {
  const server = await here.start();
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const tokens: string[] = [];
  const endings = { answered: 0, refused: 0, torn: 0 };
  const client = async () => {
    for (let gone = false; !gone; ) {
      const ending = await signIn(server.url, agent);
      endings[ending.how] += 1;
      if (ending.how === 'answered') tokens.push(ending.token);
      else gone = true;
    }
  };
  const load = Promise.all(Array.from({ length: clients }, client));
  await until(() => endings.answered > 3 * clients, 30_000, 'the clients are at work');
  const asked = performance.now();
  const code = await server.stop();
  const tookMs = performance.now() - asked;
  await load;
  agent.destroy();

  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(2000);
  expect(endings.torn).toBe(0);
  // What was answered is kept, and what was not answered was not done.
  const stored = await here.database.prisma.session.findMany({ select: { tokenHash: true } });
  const hashes = (all: Uint8Array[]) => all.map((hash) => Buffer.from(hash).toString('hex')).sort();
  expect(hashes(stored.map((row) => row.tokenHash))).toEqual(hashes(tokens.map(hashSecret)));
}, 90_000);

describe('while a request waits for the platform', () => {
  let server: ServerProcess;
  let waiting: Promise<unknown>;

  beforeEach(async () => {
    server = await here.start();
    const before = here.emulator.control.calls()[exchange] ?? 0;
    here.emulator.control.fault({ path: exchange, kind: 'timeout' });
    const code = here.code('zhangsan');
    waiting = signInWith(server.url, code).catch(() => 'lost');
    await until(
      () => here.emulator.control.calls()[exchange] === before + 1,
      10_000,
      'the platform is asked',
    );
  }, 60_000);

  testWithSignals()('one signal lets it wait, a second one ends the process at once', async () => {
    server.child.kill('SIGTERM');
    await until(() => server.output().includes('"stopping"'), 5000, 'the stop has begun');
    expect(server.child.exitCode).toBeNull();
    const asked = performance.now();
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(1);
    // Sooner than a stop that takes too long is ended.
    expect(performance.now() - asked).toBeLessThan(8000);
    expect(await waiting).toBe('lost');
  });
});
