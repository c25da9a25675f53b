import type { FastifyReply } from 'fastify';
import { recordAudit } from '../audit/audit.ts';
import {
  bindOutcome,
  bindRequest,
  type Client,
  loginOutcome,
  loginRequest,
  meResponse,
  type SessionUser,
  type SignedIn,
  signedOut,
} from '../contract/auth.ts';
import { faultResponses } from '../contract/errors.ts';
import { forAnybody, noBody } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { counted, labelOf } from '../plugins/metrics.ts';
import { updateOf } from '../plugins/version.ts';
import {
  clearSessionCookie,
  isCrossSite,
  sessionToken,
  setSessionCookie,
  signedInUser,
} from './authenticate.ts';
import { createBinding } from './binding.ts';
import { limitInvalidCodes } from './invalid-codes.ts';
import { createSignIn, type SignedInWithToken } from './sign-in.ts';

const tags = ['登录'];

/** Moves an h5 client's token out of the body, where scripts could read it, into the cookie. */
function deliver(result: SignedInWithToken, client: Client, reply: FastifyReply): SignedIn {
  if (client === 'mini') return result;
  const { expiresAt, token } = result.session;
  setSessionCookie(reply, token, new Date(expiresAt));
  return { ...result, session: { expiresAt } };
}

/** Answers of `/api/me`: no route is asked more. Each lives as long as the session's person in memory. */
const answers = new WeakMap<SessionUser, Buffer>();

function sendPerson(user: SessionUser, reply: FastifyReply): void {
  let answer = answers.get(user);
  if (answer === undefined) {
    answer = Buffer.from(String(reply.serializeInput({ user }, '200')));
    answers.set(user, answer);
  }
  reply.type('application/json; charset=utf-8').send(answer);
}

/** Signing in with the platform's code, binding, signing out. */
export const authRoutes = routes('auth-routes', ['authenticate'], async (app) => {
  const { prisma, metrics } = app;
  const { sessions } = app.accounts;
  const signIn = limitInvalidCodes(createSignIn(app), app.clock.now);
  const bind = createBinding(app);

  app.post(
    '/api/auth/login',
    {
      schema: {
        ...forAnybody,
        tags,
        summary: '用一次性授权码登录（免登）',
        body: loginRequest,
        response: { 200: loginOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { authCode, corpId = null, client = 'mini', place } = request.body;
      if (client === 'h5' && isCrossSite(request)) throw new AppError('FORBIDDEN');
      const replaces = sessionToken(request);
      const result = await counted(
        (outcome) => metrics.signIn(outcome, 'platform'),
        signIn({ authCode, corpId, client, place, replaces, address: request.ip }),
        labelOf,
      );
      const outcome = result.outcome === 'signed-in' ? deliver(result, client, reply) : result;
      return { ...outcome, ...updateOf(request) };
    },
  );

  app.post(
    '/api/auth/bind',
    {
      schema: {
        ...forAnybody,
        tags,
        summary: '用账号密码绑定一次，并登录',
        body: bindRequest,
        response: { 200: bindOutcome, ...faultResponses },
      },
    },
    async (request, reply) => {
      const replaces = sessionToken(request);
      const bound = await counted(
        metrics.binding,
        bind({
          ...request.body,
          replaces,
          address: request.ip,
          crossSite: isCrossSite(request),
        }),
        (result) => ('refusal' in result ? labelOf(result.refusal) : 'signed-in'),
      );
      return 'refusal' in bound ? bound.refusal : deliver(bound.signedIn, bound.client, reply);
    },
  );

  app.post(
    '/api/auth/logout',
    {
      schema: {
        tags,
        summary: '退出登录：立即结束服务端会话；重复调用也成功',
        body: noBody,
        response: { 200: signedOut, ...faultResponses },
      },
    },
    async (request, reply) => {
      const token = sessionToken(request);
      const id = token === null ? null : await sessions.end(token);
      if (id !== null) {
        await recordAudit(prisma, { action: 'sign-out', actorId: id, subject: `user:${id}` }, request.ip);
      }
      clearSessionCookie(reply);
      return { outcome: 'signed-out' as const };
    },
  );

  app.get(
    '/api/me',
    {
      schema: { tags, summary: '当前登录的人', response: { 200: meResponse, ...faultResponses } },
      preHandler: app.authenticate,
    },
    (request, reply) => {
      const user = signedInUser(request);
      return request.clientUpdate === null ? sendPerson(user, reply) : { user, ...updateOf(request) };
    },
  );
});
