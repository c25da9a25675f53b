import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { emulatedSessions } from './sessions.ts';

test('a test person who must wait in line for the sign-in comes again with the given place', async () => {
  const asked: unknown[] = [];
  const wait = {
    outcome: 'wait',
    place: 'place-1',
    retryAfterSeconds: 0.01,
    expectedSeconds: 1,
    newCode: false,
  };
  const answers: Record<string, (body: string) => unknown> = {
    '/_emulator/people': () => [{ key: 'zhangsan', account: 'bound', standing: 'member' }],
    '/_emulator/auth-codes': () => ({ authCode: 'a-code' }),
    '/api/auth/login'(body) {
      asked.push(JSON.parse(body));
      return asked.length === 1 ? wait : { outcome: 'signed-in', session: { token: 'a-token' } };
    },
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(JSON.stringify(answers[request.url ?? '']?.(body) ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sessions = await emulatedSessions(url, url, 1, () => {});
  expect(sessions.tokens).toEqual(['a-token']);
  expect(asked).toEqual([
    { authCode: 'a-code', place: null },
    { authCode: 'a-code', place: 'place-1' },
  ]);
  await sessions.close();
  server.close();
});
