/**
 * The floors: what the same answers cost at least. `GET /api/me` is a bare Fastify route without plugins, which
 * sends the headers that it is given; `POST /api/auth/login` is node:http with a prepared statement of `pg`, doing the
 * same exchange with the platform and the same reads and writes as the server. Both write the server's log lines at the
 * level that they are given, and do nothing else: no checks, no limits, no faults.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import pg from 'pg';
import { Agent, request } from 'undici';
import type { Config } from '../../../server/config/config.ts';
import { makeObjectsYoung } from '../../../server/config/heap.ts';
import { meResponse } from '../../../server/contract/auth.ts';
import { timeOrderedUuid } from '../../../server/database/uuid.ts';
import { createLogger } from '../../../server/plugins/logging.ts';
import { serveUsage } from './usage.ts';

const {
  BENCH_FLOOR = 'me',
  DATABASE_URL = '',
  PLATFORM_URL = '',
  APP_TOKEN = '',
  BENCH_HEADERS = '{}',
  LOG_LEVEL = 'info',
} = process.env;

const logger = createLogger({ logLevel: LOG_LEVEL as Config['logLevel'] });

async function startMe(): Promise<void> {
  const user = {
    id: '01900000-0000-7000-8000-000000000001',
    username: 'user1',
    name: '用户1',
    department: '处室1',
    role: 'USER',
    dingUserId: 'bench1',
    isSuperExecutive: false,
  } as const;
  const headers = JSON.parse(BENCH_HEADERS) as Record<string, string>;
  const app = Fastify({
    // As long as the server's numbers, for the same log line.
    genReqId: () => user.id,
    ...(LOG_LEVEL === 'silent' ? { logger: false } : { loggerInstance: logger }),
  });
  app.get('/api/me', { schema: { response: { 200: meResponse } } }, async (_request, reply) => {
    reply.headers(headers);
    return { user };
  });
  serveUsage(await app.listen({ host: '127.0.0.1', port: 0 }), () => app.close());
}

interface UserRow {
  id: string;
  username: string;
  name: string;
  department: string | null;
  role: string;
  is_super_executive: boolean;
}

/** What the server does in its one statement, without its cases. */
const openSession = {
  name: 'open-session',
  text: `
    WITH held AS (
      SELECT id, username, name, department, role, is_super_executive
      FROM users WHERE ding_user_id = $1 AND status = 'ACTIVE' FOR NO KEY UPDATE
    ), opened AS (
      INSERT INTO sessions (token_hash, user_id, client, address, created_at, last_seen_at, expires_at)
      SELECT $2::bytea, id, 'MINI', $3::text, $4::timestamptz, $4::timestamptz, $5::timestamptz FROM held
    ), told AS (
      INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
      SELECT $6::uuid, id, 'sign-in', 'user:' || id, $3::text, '{"client":"mini"}' FROM held
    )
    SELECT id, username, name, department, role::text, is_super_executive FROM held`,
};
const lifetimeMs = 30 * 24 * 3_600_000;

async function startLogin(): Promise<void> {
  // As many connections as the server has by default.
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
  const agent = new Agent({ connections: 64 });

  async function exchange(code: string): Promise<string> {
    const { body } = await request(`${PLATFORM_URL}/topapi/v2/user/getuserinfo?access_token=${APP_TOKEN}`, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const answer = (await body.json()) as { result: { userid: string } };
    return answer.result.userid;
  }

  async function login(incoming: IncomingMessage): Promise<object> {
    const { authCode } = JSON.parse(await textOf(incoming)) as { authCode: string };
    const dingUserId = await exchange(authCode);
    const token = randomBytes(32).toString('base64url');
    const hash = createHash('sha256').update(token).digest();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    const address = incoming.socket.remoteAddress;
    const values = [dingUserId, hash, address, now, expiresAt, timeOrderedUuid()];
    const { rows } = await pool.query<UserRow>({ ...openSession, values });
    const [user] = rows;
    if (user === undefined) throw new Error(`no user is bound to ${dingUserId}`);
    const { is_super_executive: isSuperExecutive, ...rest } = user;
    return {
      outcome: 'signed-in',
      session: { token, expiresAt },
      user: { ...rest, dingUserId, isSuperExecutive },
    };
  }

  const server = createServer((incoming, response) => {
    const log = logger.child({ reqId: randomUUID() });
    const { method = '', url = '' } = incoming;
    const began = performance.now();
    log.info({ req: { method, url, ip: incoming.socket.remoteAddress } }, 'incoming request');
    response.on('finish', () =>
      log.info({ res: response, responseTime: performance.now() - began }, 'request completed'),
    );
    login(incoming).then(
      (answer) => {
        const body = JSON.stringify(answer);
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(body),
        });
        response.end(body);
      },
      (error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  serveUsage(`http://127.0.0.1:${port}`, async () => {
    server.close();
    server.closeAllConnections();
    await Promise.all([pool.end(), agent.close()]);
  });
}

function textOf(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => resolve(text));
    incoming.on('error', reject);
  });
}

makeObjectsYoung();
await (BENCH_FLOOR === 'me' ? startMe() : startLogin());
