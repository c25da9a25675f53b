/**
 * Where each outcome leads. Pages never show nothing: they either have data, or one of the pages named here is
 * opened instead, with the way back to where the person wanted to be.
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

/** The same place failing again this soon after a retry is not returned to once more (milliseconds). */
const LOOP_WINDOW = 10_000;
/** A trouble page that has not come by then was overtaken by another page, and never comes (milliseconds). */
const TROUBLE_WAIT = 3_000;

/** Where the person wanted to be when something came between. */
let wanted = HOME;
let trouble: Fault = clientFault('PAGE_ERROR');
let lastPageError = { at: 0, url: '' };
/** The trouble page was asked for and has not come yet: containers tell of one error in several ways. */
let troubleIsComing = false;
/** A count: the container may open the new trouble page before it closes the old one. */
let troublesOpen = 0;

/** What the trouble page shows. */
export function currentTrouble(): Fault {
  return trouble;
}

/** Called by the trouble page as it comes and goes: an error while it is open must not open it again. */
export function troubleIsOpen(open: boolean): void {
  troublesOpen += open ? 1 : -1;
  troubleIsComing = false;
}

/** Called by a tab page as it comes onto the screen, from above it perhaps: what interrupts it comes back to it. */
export function shows(url: string): void {
  wanted = url;
}

/**
 * The gate of every page that needs a session: returns it, or opens the outcome's own page and returns null.
 *
 * @param url the page that asks, with its query, to come back to.
 */
export async function requireSession(url: string): Promise<Session | null> {
  wanted = url;
  const outcome = await ensureSession();
  if (outcome.state === 'signed-in') return outcome.session;
  follow(outcome);
  return null;
}

/** Opens the page that belongs to an outcome; signed in goes on to where the person wanted to be. */
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

/** The fault of a failed call to show in place, or null when its outcome's own page was opened instead. */
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

/** The program is shown for another organisation: what the container asks for opens anew. */
export function beginAnew(path: string, query: unknown): void {
  const names = typeof query === 'object' && query !== null ? Object.keys(query) : [];
  const values = names.map((name) => `${name}=${encodeURIComponent(queryValue(query, name))}`);
  const page = path === '' ? HOME : `/${path.replace(/^\//, '')}`;
  wanted = HOME;
  // What was decided for the other organisation says nothing here.
  if ([BIND, NO_PERMISSION, WAIT, TROUBLE].indexOf(page) !== -1) reLaunch(HOME);
  // A tab page takes no query.
  else if (TABS.indexOf(page) !== -1) reLaunch(page);
  else reLaunch(`${page}?${values.join('&')}`, () => reLaunch(HOME));
}

/** After a sign-out there is nothing to come back to but the start. */
export function leave(): void {
  wanted = HOME;
  openNoPermission('SIGNED_OUT');
}

/** A page that does not exist was asked for, by an old link perhaps. */
export function pageNotFound(): void {
  wanted = HOME;
  showTrouble(clientFault('PAGE_NOT_FOUND'));
}

/** An error that nobody caught: opens the trouble page, unless that is the one that failed. */
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

/**
 * Runs a handler's work. Not every container reports rejected promises to the app, so each asynchronous handler
 * goes through here.
 */
export function safely(work: () => Promise<void>): void {
  work().catch(pageFailed);
}

/** A query parameter as a string; an empty string when it is missing. */
export function queryValue(query: unknown, name: string): string {
  const value = typeof query === 'object' && query !== null ? (query as Record<string, unknown>)[name] : '';
  return typeof value === 'string' ? value : '';
}
