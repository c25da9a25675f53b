/**
 * The page of each outcome. A page either has data, or one of these pages is opened instead, from which the person gets
 * back to the wanted page.
 */
import type { NoPermissionReason } from '../../server/contract/auth.ts';
import { alert, reLaunch } from './dd.ts';
import { clientFault, type Fault } from './faults.ts';
import type { Failure } from './http.ts';
import { ensureSession, type Outcome } from './session.ts';
import type { Session } from './session-cache.ts';

export const HOME = '/pages/home/index';
export const NOTICES = '/pages/notices/index'; // part: notices
export const ME = '/pages/me/index';
const BIND = '/pages/bind/index';
const NO_PERMISSION = '/pages/no-permission/index';
const WAIT = '/pages/wait/index';
const TROUBLE = '/pages/trouble/index';

const TABS = [
  HOME,
  NOTICES, // part: notices
  ME,
];

/** If a page fails again within this time after a retry, the next retry opens the home page (milliseconds). */
const LOOP_WINDOW = 10_000;
/** A trouble page that has not opened after this time will not open any more (milliseconds). */
const TROUBLE_WAIT = 3_000;

/** The page that the person wanted before an interruption. */
let wanted = HOME;
let trouble: Fault = clientFault('PAGE_ERROR');
let lastPageError = { at: 0, url: '' };
/** The trouble page was requested but is not open yet: containers report one error several times. */
let troubleIsComing = false;
/** The number of open trouble pages: the container may open a new one before it closes the old one. */
let troublesOpen = 0;

/** The fault of the trouble page. */
export function currentTrouble(): Fault {
  return trouble;
}

/** Called by the trouble page when it opens and closes: an error while it is open must not open it again. */
export function troubleIsOpen(open: boolean): void {
  troublesOpen += open ? 1 : -1;
  troubleIsComing = false;
}

/** Called by a tab page when it is shown, so that an interruption returns to it. */
export function shows(url: string): void {
  wanted = url;
}

/**
 * For every page that needs a session: returns it, or opens the outcome's page and returns null.
 *
 * @param url the page with its query, to return to.
 */
export async function requireSession(url: string): Promise<Session | null> {
  wanted = url;
  const outcome = await ensureSession();
  if (outcome.state === 'signed-in') return outcome.session;
  follow(outcome);
  return null;
}

/** Opens the page of an outcome; after a sign-in the page that the person wanted. */
export function follow(outcome: Outcome): void {
  switch (outcome.state) {
    case 'signed-in':
      reLaunch(wanted);
      break;
    case 'bind-required':
      reLaunch(BIND);
      break;
    case 'no-permission':
      openNoPermission(outcome.reason);
      break;
    case 'waiting':
      reLaunch(WAIT);
      break;
    case 'signed-out':
      openNoPermission('SIGNED_OUT');
      break;
    case 'trouble':
      showTrouble(outcome.fault);
      break;
    default:
  }
}

function openNoPermission(reason: NoPermissionReason | 'SIGNED_OUT'): void {
  reLaunch(`${NO_PERMISSION}?reason=${reason}`);
}

/** The fault of a failed call, to show on the page; null if the outcome's page was opened instead. */
export function faultInPlace(failure: Failure): Fault | null {
  if ('fault' in failure) return failure.fault;
  follow(failure.outcome);
  return null;
}

export function showTrouble(fault: Fault): void {
  trouble = fault;
  const nothingComes = () => {
    troubleIsComing = false;
  };
  troubleIsComing = true;
  setTimeout(nothingComes, TROUBLE_WAIT);
  reLaunch(`${TROUBLE}?code=${fault.code}`, nothingComes);
}

/** The program is shown for another organisation: opens the requested page from the start. */
export function beginAnew(path: string, query: unknown): void {
  const names = typeof query === 'object' && query !== null ? Object.keys(query) : [];
  const values = names.map((name) => `${name}=${encodeURIComponent(queryValue(query, name))}`);
  const page = path === '' ? HOME : `/${path.replace(/^\//, '')}`;
  wanted = HOME;
  // These pages belong to the former organisation's sign-in.
  if ([BIND, NO_PERMISSION, WAIT, TROUBLE].indexOf(page) !== -1) reLaunch(HOME);
  // A tab page has no query.
  else if (TABS.indexOf(page) !== -1) reLaunch(page);
  else reLaunch(`${page}?${values.join('&')}`, () => reLaunch(HOME));
}

/** After a sign-out the person returns to the home page. */
export function leave(): void {
  wanted = HOME;
  openNoPermission('SIGNED_OUT');
}

/** An unknown page was requested, e.g. by an old link. */
export function pageNotFound(): void {
  wanted = HOME;
  showTrouble(clientFault('PAGE_NOT_FOUND'));
}

/** An uncaught error: opens the trouble page, unless that page has failed. */
export function pageFailed(error: unknown): void {
  console.error('uncaught error', error);
  if (troublesOpen > 0) {
    alert('页面出了点问题', '请关闭小程序后重新打开；仍不行，请联系管理员。');
    return;
  }
  if (troubleIsComing) return;
  const now = Date.now();
  if (lastPageError.url === wanted && now - lastPageError.at < LOOP_WINDOW) wanted = HOME;
  lastPageError = { at: now, url: wanted };
  showTrouble(clientFault('PAGE_ERROR'));
}

/** Runs an asynchronous handler and handles its rejection, which not every container reports to the app. */
export function safely(work: () => Promise<void>): void {
  work().catch(pageFailed);
}

/** A query parameter; empty if it is missing. */
export function queryValue(query: unknown, name: string): string {
  const value = typeof query === 'object' && query !== null ? (query as Record<string, unknown>)[name] : '';
  return typeof value === 'string' ? value : '';
}
