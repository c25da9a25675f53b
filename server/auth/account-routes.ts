import type { FastifyInstance } from 'fastify';
import { recordAudit } from '../audit/audit.ts';
import {
  type OwnPassword,
  ownPassword,
  ownSessions,
  ownSessionsQuery,
  type PasswordChangeOutcome,
  type PasswordChangeRequest,
  passwordChangeOutcome,
  passwordChangeRequest,
  type SessionUser,
  sessionEnded,
  sessionsEnded,
} from '../contract/auth.ts';
import { faultResponses } from '../contract/errors.ts';
import { idParams, noBody } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { clearSessionCookie, sessionToken, signedInUser } from './authenticate.ts';
import type { LockSubject } from './lockout.ts';
import { hasExpired, passwordState } from './passwords.ts';

const tags = ['我的账号'];

/** Routes for a person's own account: list and end sessions, change the password. */
export const accountRoutes = routes('account', ['authenticate'], async (app) => {
  const { prisma } = app;
  const { sessions, credentials } = app.accounts;
  app.addHook('preHandler', app.authenticate);

  app.get(
    '/api/me/sessions',
    {
      schema: {
        tags,
        summary: '我登录着的会话：正在使用的在第一页最前，其余最近使用的在前，按游标翻页',
        querystring: ownSessionsQuery,
        response: { 200: ownSessions, ...faultResponses },
      },
    },
    (request) => {
      const { cursor = null, limit = 100 } = request.query;
      return sessions.list(signedInUser(request).id, sessionToken(request) ?? null, { cursor, limit });
    },
  );

  app.post(
    '/api/me/sessions/end',
    {
      schema: {
        tags,
        summary: '结束我的全部会话，包括正在使用的这个',
        body: noBody,
        response: { 200: sessionsEnded, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { id } = signedInUser(request);
      const count = await sessions.endAll(id, { actorId: id, address: request.ip });
      clearSessionCookie(reply);
      return { outcome: 'sessions-ended' as const, count };
    },
  );

  app.post(
    '/api/me/sessions/:id/end',
    {
      schema: {
        tags,
        summary: '结束我的一个会话；已经结束的也返回成功',
        params: idParams,
        body: noBody,
        response: { 200: sessionEnded, ...faultResponses },
      },
    },
    async (request) => {
      const { id } = signedInUser(request);
      if (await sessions.endOwn(id, request.params.id)) {
        await recordAudit(prisma, { action: 'sign-out', actorId: id, subject: `user:${id}` }, request.ip);
      }
      return { outcome: 'session-ended' as const };
    },
  );

  app.get(
    '/api/me/password',
    {
      schema: {
        tags,
        summary: '我的密码由谁保管、要不要改',
        response: { 200: ownPassword, ...faultResponses },
      },
    },
    async (request): Promise<OwnPassword> => {
      const user = await prisma.user.findUnique({ where: { id: signedInUser(request).id } });
      if (user === null) throw new AppError('SESSION_EXPIRED');
      const state = passwordState(user, credentials.keepsPasswords);
      const expiresAt = state === 'one-time' ? (user.passwordExpiresAt?.toISOString() ?? null) : null;
      return { state, expiresAt };
    },
  );

  app.post(
    '/api/me/password',
    {
      schema: {
        tags,
        summary: '修改密码；成功后所有会话结束，需要重新登录',
        body: passwordChangeRequest,
        response: { 200: passwordChangeOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const outcome = await changePassword(app, signedInUser(request), request.body, request.ip);
      if (outcome.outcome === 'password-changed') clearSessionCookie(reply);
      return outcome;
    },
  );
});

async function changePassword(
  { prisma, accounts, clock }: FastifyInstance,
  { id, username }: SessionUser,
  { currentPassword, newPassword }: PasswordChangeRequest,
  address: string,
): Promise<PasswordChangeOutcome> {
  const { sessions, passwords, lockout, credentials } = accounts;
  const rejected = (reason: Extract<PasswordChangeOutcome, { outcome: 'password-rejected' }>['reason']) =>
    ({ outcome: 'password-rejected', reason }) as const;
  if (!credentials.keepsPasswords) return rejected('NO_PASSWORD_HERE');
  const judged = passwords.judge(newPassword, username);
  if (judged !== null) return rejected(judged);
  if (newPassword === currentPassword) return rejected('UNCHANGED');

  // Counted like attempts at binding: a stolen session must not help to guess the password.
  const subjects: LockSubject[] = [`account:${username}`];
  const attempt = await lockout.attempt(subjects, () => credentials.verify(username, currentPassword));
  /** Refuses, with an entry in the audit log: a stranger may be using this session. */
  const refused = async (reason: Parameters<typeof rejected>[0]) => {
    const event = {
      action: 'password.refused',
      actorId: id,
      subject: `user:${id}`,
      detail: { reason },
    } as const;
    await recordAudit(prisma, event, address);
    return rejected(reason);
  };
  if (attempt.outcome === 'locked') {
    const locked = attempt.isNews ? await refused('LOCKED') : rejected('LOCKED');
    return { ...locked, retryAfterSeconds: attempt.retryAfterSeconds };
  }
  if (attempt.outcome === 'wrong') return refused('WRONG_PASSWORD');
  const user = attempt.value;
  // An expired one-time password must not become a lasting one: strangers may have read it.
  if (hasExpired(user, credentials.keepsPasswords, clock.now())) return refused('PASSWORD_EXPIRED');
  const passwordHash = await passwords.hash(newPassword);
  await prisma.$transaction(async (tx) => {
    // Only while the hash is the old one: the first of two simultaneous changes wins. A trigger ends the sessions.
    const { count } = await tx.user.updateMany({
      where: { id: user.id, passwordHash: user.passwordHash },
      data: { passwordHash, mustChangePassword: false, passwordExpiresAt: null },
    });
    if (count === 0) throw new AppError('SESSION_EXPIRED');
    const event = { action: 'password.changed', actorId: user.id, subject: `user:${user.id}` } as const;
    await recordAudit(tx, event, address);
  });
  sessions.forgetAll(user.id);
  return { outcome: 'password-changed' };
}
