import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  consoleSignInOutcome,
  consoleSignInRequest,
  firstPasswordOutcome,
  firstPasswordRequest,
} from '../contract/auth.ts';
import { faultResponses } from '../contract/errors.ts';
import { forAnybody } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { counted, labelOf } from '../plugins/metrics.ts';
import { isCrossSite, sessionToken, setSessionCookie } from './authenticate.ts';
import { type Caller, createConsoleSignIn, type WithCookies } from './console-sign-in.ts';

const tags = ['登录'];

/**
 * Few administrators share one address, so more requests than this come from a stranger who tries user names. Each
 * attempt also adds to the audit log, from which nobody can delete.
 */
const requestsPerMinute = 60;

/** Routes of the sign-in to the console in an ordinary browser. */
export const consoleAuthRoutes = routes('console-auth', ['authenticate'], async (app) => {
  const consoleSignIn = createConsoleSignIn(app);
  const countSignIn = <T extends { outcome: string; reason?: string }>(work: Promise<WithCookies<T>>) =>
    counted(
      (outcome) => app.metrics.signIn(outcome, 'password'),
      work,
      ({ answer }) => labelOf(answer),
    );

  app.post(
    '/api/auth/console/sign-in',
    {
      config: { requestsPerMinute },
      schema: {
        ...forAnybody,
        tags,
        summary: '管理员、审计员在普通浏览器里用用户名和密码登录管理后台',
        body: consoleSignInRequest,
        response: { 200: consoleSignInOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const asked = { ...request.body, ...callerOf(request) };
      return deliver(await countSignIn(consoleSignIn.signIn(asked)), reply);
    },
  );

  app.post(
    '/api/auth/console/password',
    {
      config: { requestsPerMinute },
      schema: {
        ...forAnybody,
        tags,
        summary: '把一次性密码换成自己的密码，并登录',
        body: firstPasswordRequest,
        response: { 200: firstPasswordOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const asked = { ...request.body, ...callerOf(request) };
      return deliver(await countSignIn(consoleSignIn.setPassword(asked)), reply);
    },
  );
});

/** @throws AppError FORBIDDEN for another site's page: it could sign a person in to a stranger's account. */
function callerOf(request: FastifyRequest): Caller {
  if (isCrossSite(request)) throw new AppError('FORBIDDEN');
  const browser = request.cookies[browserCookieName] ?? null;
  return { address: request.ip, replaces: sessionToken(request), browser };
}

const browserCookieName = '__Host-device';

/** Sets the cookies of an answer; no script can read them. */
function deliver<T>({ answer, cookies }: WithCookies<T>, reply: FastifyReply): T {
  if (cookies === null) return answer;
  const { session, browser } = cookies;
  setSessionCookie(reply, session.token, session.expiresAt);
  reply.setCookie(browserCookieName, browser.cookie, {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'strict',
    expires: browser.expiresAt,
  });
  return answer;
}
