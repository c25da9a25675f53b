/**
 * The floors: what the same answers cost at least. `GET /api/me` is a bare Fastify route without plugins, which
 * sends the headers that it is given; `POST /api/auth/login` is node:http with prepared statements of `pg`, doing the same exchange with the platform
 * and the same reads and writes as the server, and nothing else: no checks, no limits, no faults, no logs.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import pg from 'pg';
import { Agent, request } from 'undici';
import { meResponse } from '../../../server/contract/auth.ts';
import { timeOrderedUuid } from '../../../server/database/uuid.ts';
import { serveUsage } from './usage.ts';

const {
  BENCH_FLOOR = 'me',
  DATABASE_URL = '',
  PLATFORM_URL = '',
  APP_TOKEN = '',
  BENCH_HEADERS = '{}',
} = process.env;

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
  const hasHeaders = Object.keys(headers).length > 0;
  const app = Fastify({ logger: false });
  app.get('/api/me', { schema: { response: { 200: meResponse } } }, async (_request, reply) => {
    if (hasHeaders) reply.headers(headers);
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
  ding_user_id: string;
  is_super_executive: boolean;
}

const findUser = {
  name: 'find-user',
  text: `SELECT id, username, password_hash, name, mobile, department, role::text, status::text, ding_user_id,
                union_id, employee_code, is_super_executive, bound_at, bound_by::text, left_at, created_at, updated_at
         FROM users WHERE ding_user_id = $1`,
};
/** What the server writes in its one statement, without its cases. */
const openSession = {
  name: 'open-session',
  text: `
    WITH held AS (
      SELECT id FROM users WHERE id = $1 AND ding_user_id = $2 AND status = 'ACTIVE' FOR SHARE
    ), opened AS (
      INSERT INTO sessions (token_hash, user_id, client, address, created_at, last_seen_at, expires_at)
      SELECT $3::bytea, id, 'MINI', $4::text, $5::timestamptz, $5::timestamptz, $6::timestamptz FROM held
    ), told AS (
      INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
      SELECT $7::uuid, id, 'sign-in', 'user:' || id, $4::text, '{"client":"mini"}' FROM held
    )
    SELECT 1 FROM held`,
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

  async function open(userId: string, personId: string, address: string | undefined) {
    const token = randomBytes(32).toString('base64url');
    const now = new Date();
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    const hash = createHash('sha256').update(token).digest();
    const values = [userId, personId, hash, address, now, expiresAt, timeOrderedUuid()];
    const held = await pool.query({ ...openSession, values });
    if (held.rowCount !== 1) throw new Error(`${personId} is not bound any more`);
    return { token, expiresAt };
  }

  async function login(incoming: IncomingMessage): Promise<object> {
    const { authCode } = JSON.parse(await textOf(incoming)) as { authCode: string };
    const personId = await exchange(authCode);
    const { rows } = await pool.query<UserRow>({ ...findUser, values: [personId] });
    const [user] = rows;
    if (user === undefined) throw new Error(`no user is bound to ${personId}`);
    const session = await open(user.id, personId, incoming.socket.remoteAddress);
    return {
      outcome: 'signed-in',
      session,
      user: {
        id: user.id,
        username: user.username,
        name: user.name,
        department: user.department,
        role: user.role,
        dingUserId: user.ding_user_id,
        isSuperExecutive: user.is_super_executive,
      },
    };
  }

  const server = createServer((incoming, response) => {
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

await (BENCH_FLOOR === 'me' ? startMe() : startLogin());
