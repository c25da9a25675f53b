import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../audit/audit.ts';
import type { OwnSessions, PasswordChangeOutcome, PasswordChangeRequest, SessionEnded } from '../contract.ts';
import type { PrismaClient } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { contractSchema, faultResponses, instant, nullable, strict, text, uuid } from '../schema.ts';
import { clearSessionCookie, sessionToken, signedInUser } from './authenticate.ts';
import type { CredentialVerifier } from './credentials.ts';
import type { Lockout, LockSubject } from './lockout.ts';
import { judgePassword } from './password-policy.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';

export interface AccountServices {
  prisma: PrismaClient;
  sessions: Sessions;
  passwords: Passwords;
  lockout: Lockout;
  credentials: CredentialVerifier;
}

const ownSessions = contractSchema<OwnSessions>()(
  strict({
    items: Type.Array(
      strict({
        id: uuid,
        client: Type.Enum(['mini', 'h5']),
        address: nullable(Type.String()),
        createdAt: instant,
        lastSeenAt: instant,
        current: Type.Boolean(),
      }),
    ),
  }),
);

const sessionEnded = contractSchema<SessionEnded>()(strict({ outcome: Type.Literal('session-ended') }));

const passwordChange = contractSchema<PasswordChangeRequest>()(
  strict({ currentPassword: text(1, 256), newPassword: text(1, 256) }),
);

const passwordChangeOutcome = contractSchema<PasswordChangeOutcome>()(
  Type.Union([
    strict({ outcome: Type.Literal('password-changed') }),
    strict({
      outcome: Type.Literal('password-rejected'),
      reason: Type.Enum([
        'WRONG_PASSWORD',
        'LOCKED',
        'TOO_SHORT',
        'TOO_COMMON',
        'CONTAINS_USERNAME',
        'UNCHANGED',
        'NO_PASSWORD_HERE',
      ]),
      retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
  ]),
);

const tags = ['我的账号'];

/** What a signed-in person may do about their own account: see and end sessions, change the password. */
export const accountRoutes: FastifyPluginAsyncTypebox<AccountServices> = async (app, services) => {
  const { prisma, sessions } = services;
  app.addHook('preHandler', app.authenticate);

  app.get(
    '/api/me/sessions',
    { schema: { tags, summary: '我登录着的会话', response: { 200: ownSessions, ...faultResponses } } },
    async (request) => ({
      items: await sessions.list(signedInUser(request).id, sessionToken(request) ?? ''),
    }),
  );

  app.post(
    '/api/me/sessions/:id/end',
    {
      schema: {
        tags,
        summary: '结束我的一个会话；已经结束的也返回成功',
        params: strict({ id: uuid }),
        response: { 200: sessionEnded, ...faultResponses },
      },
    },
    async (request) => {
      const { id } = signedInUser(request);
      if (await sessions.endOwn(id, request.params.id)) {
        await recordAudit(
          prisma,
          { action: 'sign-out', actorId: id, subject: `user:${id}`, detail: {} },
          request.ip,
        );
      }
      return { outcome: 'session-ended' as const };
    },
  );

  app.post(
    '/api/me/password',
    {
      schema: {
        tags,
        summary: '修改密码；成功后所有会话结束，需要重新登录',
        body: passwordChange,
        response: { 200: passwordChangeOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { username } = signedInUser(request);
      const outcome = await changePassword(services, username, request.body, request.ip);
      if (outcome.outcome === 'password-changed') clearSessionCookie(reply);
      return outcome;
    },
  );
};

async function changePassword(
  { prisma, sessions, passwords, lockout, credentials }: AccountServices,
  username: string,
  { currentPassword, newPassword }: PasswordChangeRequest,
  address: string,
): Promise<PasswordChangeOutcome> {
  const rejected = (reason: Extract<PasswordChangeOutcome, { outcome: 'password-rejected' }>['reason']) =>
    ({ outcome: 'password-rejected', reason }) as const;
  if (!credentials.keepsPasswords) return rejected('NO_PASSWORD_HERE');
  const judged = judgePassword(newPassword, username);
  if (judged !== null) return rejected(judged);
  if (newPassword === currentPassword) return rejected('UNCHANGED');

  // A stolen session must not be a way to guess the password: the same counter as at binding.
  const subjects: LockSubject[] = [`account:${username}`];
  const attempt = await lockout.attempt(subjects, () => credentials.verify(username, currentPassword));
  if (attempt.outcome === 'locked') {
    return { ...rejected('LOCKED'), retryAfterSeconds: attempt.retryAfterSeconds };
  }
  if (attempt.outcome === 'wrong') return rejected('WRONG_PASSWORD');
  const user = attempt.value;
  const passwordHash = await passwords.hash(newPassword);
  await prisma.$transaction(async (tx) => {
    // Under the old hash only: of two changes at once the first one wins. The trigger ends the sessions.
    const { count } = await tx.user.updateMany({
      where: { id: user.id, passwordHash: user.passwordHash },
      data: { passwordHash, mustChangePassword: false, passwordExpiresAt: null },
    });
    if (count === 0) throw new AppError('SESSION_EXPIRED');
    await recordAudit(
      tx,
      { action: 'password.changed', actorId: user.id, subject: `user:${user.id}`, detail: {} },
      address,
    );
  });
  sessions.forgetAll(user.id);
  return { outcome: 'password-changed' };
}
