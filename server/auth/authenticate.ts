import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { SessionUser } from '../contract/auth.ts';
import { AppError } from '../plugins/errors.ts';

/**
 * The H5 client's cookie. `__Host-` makes the browser refuse it without Secure and Path=/, and from another
 * host; Lax keeps it from posts that another site starts.
 */
export const cookieName = '__Host-session';
const cookieOptions = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

export function setSessionCookie(reply: FastifyReply, token: string, expires: Date): void {
  reply.setCookie(cookieName, token, { ...cookieOptions, expires });
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(cookieName, cookieOptions);
}

/** The token of `Authorization: Bearer`; null without one. */
export function bearerToken(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/**
 * The session token of a request: `Authorization: Bearer` or, without it, the cookie; null without both.
 *
 * @throws AppError FORBIDDEN for a post that another site makes with the cookie.
 */
export function sessionToken(request: FastifyRequest): string | null {
  const bearer = bearerToken(request);
  if (bearer !== null) return bearer;
  const cookie = request.cookies[cookieName] ?? null;
  // `SameSite=Lax` alone does not cover sibling subdomains and older browsers.
  if (cookie !== null && !safeMethods.has(request.method) && isCrossSite(request))
    throw new AppError('FORBIDDEN');
  return cookie;
}

/**
 * Whether another site's page made this request. Browsers send `Sec-Fetch-Site`, older ones `Origin`; a client that
 * sends neither is no browser.
 */
export function isCrossSite(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const ownOrigin = origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host);
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  return !ownOrigin || !ownSite;
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

declare module 'fastify' {
  interface FastifyRequest {
    /** The signed-in person, on routes with `preHandler: app.authenticate`; null elsewhere. */
    sessionUser: SessionUser | null;
  }
  interface FastifyInstance {
    /** A `preHandler` that refuses requests without a live session with 401 SESSION_EXPIRED. */
    authenticate: preHandlerHookHandler;
  }
}

export const authenticate = fp(
  async (app: FastifyInstance) => {
    const { sessions } = app.accounts;
    app.decorateRequest('sessionUser', null);
    app.decorate('authenticate', (request, _reply, done) => {
      const admit = (user: SessionUser | null) => {
        request.sessionUser = user;
        done(user === null ? new AppError('SESSION_EXPIRED') : undefined);
      };
      const token = sessionToken(request);
      const found = token === null ? null : sessions.find(token);
      if (found instanceof Promise) found.then(admit, done);
      else admit(found);
    });
  },
  { name: 'authenticate', dependencies: ['@fastify/cookie'] },
);

/** The signed-in person of a route behind `authenticate`. */
export function signedInUser(request: FastifyRequest): SessionUser {
  if (request.sessionUser === null)
    throw new Error(`${request.routeOptions.url} has no authenticate preHandler`);
  return request.sessionUser;
}
