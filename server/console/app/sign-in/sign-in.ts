import { CODE_LIFE } from '../../../../mini/services/place.ts';
import type { BindOutcome, LoginOutcome, LoginRequest, NoPermissionReason } from '../../../contract/auth.ts';
import { ApiError, post, whoIsThere } from '../api.ts';
import { signedIn } from '../session.ts';
import { authCode, type Container, NoCode, ownContainer } from './container.ts';
import { keepPlace, keptPlace, untilVisit } from './line.ts';

/** The states of the sign-in page. */
export type SignInState =
  | { kind: 'working' }
  /** Waiting in line; `expectedAt` is the expected end, in epoch milliseconds. */
  | { kind: 'line'; expectedAt: number }
  /** In an ordinary browser: user name and password. */
  | { kind: 'password' }
  | { kind: 'bind'; ticket: string; personName: string }
  | { kind: 'no-permission'; reason: NoPermissionReason | 'SIGNED_OUT' }
  | { kind: 'trouble'; title: string; advice: string; code: string; requestId: string | null }
  /** Signed in: the app is shown. */
  | { kind: 'done' };

/**
 * A live session needs no sign-in call; without one, the platform is asked, or a password. Never rejects.
 *
 * @param show what to show until then.
 */
export async function begin(show: (state: SignInState) => void): Promise<SignInState> {
  try {
    signedIn(await whoIsThere());
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'SESSION_EXPIRED') return trouble(error);
  }
  return ownContainer === null ? { kind: 'password' } : signInByCode(ownContainer, show);
}

/**
 * Gets a code and hands it in; a refused code is replaced by a new one, once. While many sign in, waits in line. No code
 * is ever sent twice, unless the server says that it has not used it.
 */
export async function signInByCode(
  container: Container,
  show: (state: SignInState) => void = () => {},
): Promise<SignInState> {
  let line = keptPlace();
  let code: { code: string; at: number } | null = null;
  for (let refusals = 0; ; ) {
    if (line !== null) {
      show({ kind: 'line', expectedAt: line.expectedAt });
      await untilVisit(line);
    }
    try {
      if (code === null || Date.now() - code.at > CODE_LIFE) {
        code = { code: await authCode(container), at: Date.now() };
      }
      const request: LoginRequest = { authCode: code.code, client: 'h5', place: line?.place ?? null };
      const outcome = await post<LoginOutcome>('/api/auth/login', request);
      line = keepPlace(outcome);
      if (outcome.outcome !== 'wait') return await settle(outcome);
      if (outcome.newCode) code = null;
    } catch (error) {
      code = null;
      refusals += 1;
      const refused = error instanceof ApiError && error.code === 'AUTH_CODE_INVALID';
      if (!refused || refusals === 2) return trouble(error);
    }
  }
}

/** What an answer with an outcome leads to; the binding's refusals are the form's to show. */
export async function settle(
  outcome: Exclude<LoginOutcome | BindOutcome, { outcome: 'bind-rejected' | 'wait' }>,
): Promise<SignInState> {
  switch (outcome.outcome) {
    case 'signed-in':
      return enter();
    case 'bind-required':
      return { kind: 'bind', ticket: outcome.ticket.token, personName: outcome.person.name };
    case 'no-permission':
      return { kind: 'no-permission', reason: outcome.reason };
  }
}

/** After a sign-in: the cookie must have arrived, or every page would send back here. */
export async function enter(): Promise<SignInState> {
  try {
    signedIn(await whoIsThere());
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'SESSION_EXPIRED') return trouble(error);
    return {
      kind: 'trouble',
      title: '浏览器没有保存登录信息',
      advice: '请允许本站使用 Cookie，并且用 https 地址打开；在别的网页里嵌着打开时，请改为单独打开。',
      code: 'COOKIE_REFUSED',
      requestId: null,
    };
  }
}

function trouble(error: unknown): SignInState {
  if (error instanceof NoCode) {
    return {
      kind: 'trouble',
      title: '没有拿到登录凭证',
      advice: '请检查网络后重试；还不行，请关闭本页，从工作台重新打开。',
      code: 'AUTH_CODE_FAILED',
      requestId: null,
    };
  }
  if (error instanceof ApiError) {
    const { message, code, requestId } = error;
    return { kind: 'trouble', title: message, advice: adviceOf(code), code, requestId };
  }
  console.error(error);
  return {
    kind: 'trouble',
    title: '页面没有加载完整',
    advice: '可能是应用刚刚升级，或者网络不稳定。请重试；还不行请联系管理员。',
    code: 'PAGE_ERROR',
    requestId: null,
  };
}

function adviceOf(code: ApiError['code']): string {
  if (code === 'NETWORK') return '网络恢复后点“重试”即可。';
  if (code === 'PLATFORM_MISCONFIGURED' || code === 'FORBIDDEN')
    return '请联系管理员，并把下面的信息发给对方。';
  return '请稍后重试；仍不行，请把下面的信息发给管理员。';
}
