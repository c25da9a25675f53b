import type { LightMyRequestResponse } from 'fastify';
import type { BindRequired } from '../contract/auth.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { PrismaClient } from '../database/database.ts';
import type { Built } from './build.ts';
import { until } from './client.ts';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Sends JSON as a client does and returns whatever comes back. */
export function post(
  server: Built,
  url: string,
  payload: unknown = {},
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return server.app.inject({
    method: 'POST',
    url,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

export function get(server: Built, url: string, token?: string): Promise<LightMyRequestResponse> {
  return server.app.inject({ url, headers: token === undefined ? {} : bearer(token) });
}

/** Checks that an answer is a fault exactly as the contract has it: these fields, Chinese text, no internals. */
export function expectFault(response: LightMyRequestResponse, statusCode: number, code: ErrorCode): void {
  const body = response.json<Record<string, unknown>>();
  expect({ status: response.statusCode, code: body.code }).toEqual({ status: statusCode, code });
  expect(Object.keys(body).sort()).toEqual(['code', 'error', 'message', 'requestId', 'statusCode']);
  expect(body).toMatchObject({ statusCode, requestId: response.headers['x-request-id'] });
  expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(body.message).toMatch(/^[\u3000-\u9fff\uff00-\uffef A-Z]+。$/);
  expect(response.headers['content-type']).toContain('application/json');
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.body).not.toMatch(/node_modules|\.ts:\d|\bat /);
  const retryAfter = response.headers['retry-after'];
  if (statusCode === 429 || statusCode === 503) expect(Number(retryAfter)).toBeGreaterThan(0);
  else expect(retryAfter).toBeUndefined();
}

/** Waits for the end of a session, of which every instance must know within a second. */
export async function expectSignedOut(server: Built, token: string): Promise<void> {
  const isRefused = async () => (await get(server, '/api/me', token)).statusCode !== 200;
  await until(isRefused, 1000, 'the session has ended');
  expectFault(await get(server, '/api/me', token), 401, 'SESSION_EXPIRED');
}

/** The number of rows of every table, which must not change when a request is refused. */
export async function rowCounts(prisma: PrismaClient): Promise<Record<string, number>> {
  return {
    users: await prisma.user.count(),
    bound: await prisma.user.count({ where: { dingUserId: { not: null } } }),
    sessions: await prisma.session.count(),
    tickets: await prisma.bindTicket.count(),
    usedTickets: await prisma.bindTicket.count({ where: { consumedAt: { not: null } } }),
    lockouts: await prisma.lockout.count(),
    notices: await prisma.notice.count(),
    reads: await prisma.noticeRead.count(),
    audit: await prisma.auditLog.count(),
  };
}

/** Signs in a person without an account. @returns the token of the binding ticket. */
export async function ticketOf(server: Built, person: string): Promise<string> {
  const outcome = await server.login(person);
  if (outcome.outcome !== 'bind-required') throw new Error(`${person}: ${JSON.stringify(outcome)}`);
  return (outcome satisfies BindRequired).ticket.token;
}
