import type { Instant } from './contract.ts';
import type { SuperExecutiveFaultView } from './super-executives.ts';

/** How to put a problem right in the developer console of its platform, step by step. */
export interface Guide {
  /** What is wrong, in a line. */
  title: string;
  /** What to click, in order. */
  steps: string[];
  /** What has to be typed in there, such as an IP or the name of a permission; null where nothing has. */
  copy: string | null;
}

/** Something that only an administrator can put right on the platform. */
export interface PlatformProblem {
  /** The API's path. */
  api: string;
  /** The platform's own error code, where there was one. */
  upstreamCode: string | null;
  /** What to do, in Chinese: names the IP to whitelist, the permission to apply for, the setting to mend. */
  remedy: string;
  firstSeen: Instant;
  lastSeen: Instant;
  /** Calls that met it, on all instances. */
  count: number;
}

export interface HeldBack {
  /** The API's path; `*` for all of them, after the platform cut a machine off. */
  api: string;
  state: 'open' | 'half-open';
}

export interface ApiCalls {
  api: string;
  /** Calls that were sent. */
  calls: number;
  /** Of these, the ones that the platform or the way to it failed; a wrong code of a person is none. */
  failed: number;
  failures: { kind: string; count: number }[];
  /** Calls that were not made, since our own limit or an open circuit refused them. */
  heldBack: number;
}

/** `GET /api/admin/overview`, for administrators and auditors: what is to be done, and how things are. */
export interface AdminOverview {
  takenAt: Instant;
  platform: 'dingtalk' | 'zhezhengding';
  /** Running servers. */
  instances: number;
  /** Not over yet: a problem is over when its API answers well again on the instance that met it, or that ends. */
  problems: (PlatformProblem & { instances: number; guide: Guide })[];
  /** APIs to which an instance sends nothing for now, since they are faulty. */
  heldBack: (HeldBack & { instances: number })[];
  /** Calls to the platform in the last hour, of all instances. */
  calls: ApiCalls[];
  /** The app token that all instances share; null before the first one was fetched. */
  appToken: { fetchedAt: Instant; expiresAt: Instant } | null;
  /** The certificate of the app's address; null where no address is configured, or none was looked at yet. */
  certificate: {
    host: string;
    daysLeft: number | null;
    validTo: Instant | null;
    problems: string[];
    checkedAt: Instant;
  } | null;
  /** Seconds that the oldest event of the platform has been waiting. */
  eventLagSeconds: number;
  /** Batches of messages: `failed` and `uncertain` of the last 7 days. */
  messages: {
    waiting: number;
    failed: number;
    uncertain: number;
    /** Why, the latest first; at most five. */
    reasons: { at: Instant; reason: string; count: number }[];
  };
  /** Who must wait after wrong passwords. */
  locked: (Locked & { until: Instant })[];
  /** The guide counts a fault that a 超级高管 meets as a severe one; the latest first. */
  superExecutiveFaults: SuperExecutiveFaultView[];
}

export interface SignInSeries {
  /** By the platform's code, or to the console by user name and password. */
  by: 'platform' | 'password';
  /**
   * `signed-in`, `bind-required`, `no-permission`, or `fault`; by password also `sign-in-rejected`,
   * `password-change-required`, and `password-rejected` for a new password.
   */
  outcome: string;
  /** The outcome's reason or the fault's code; null where there is none. */
  reason: string | null;
  total: number;
  /** One number an hour, from `from` on. */
  hours: number[];
}

/** `GET /api/admin/overview/sign-ins?days=`. */
export interface SignInsByHour {
  takenAt: Instant;
  /** The first hour's beginning. */
  from: Instant;
  hours: number;
  /** The most frequent one first; what did not happen is left out. */
  series: SignInSeries[];
  /** Binding attempts of the same time. */
  bindings: { outcome: string; reason: string | null; total: number }[];
}

/** `GET /api/admin/overview/people`: everybody is in exactly one of the first four. */
export interface PeopleCounts {
  /** Counted then, and kept for so long: a million people are not counted for every look. */
  takenAt: Instant;
  keptSeconds: number;
  bound: number;
  unbound: number;
  /** Who has left the organisation, as the platform says. */
  left: number;
  disabled: number;
  total: number;
  superExecutives: number;
}

/**
 * Whose wrong passwords are counted; `console`: an account's at the console's sign-in page, in whatever browser;
 * `unknown`: a name that no account has.
 */
export interface Locked {
  kind: 'account' | 'console' | 'person' | 'unknown';
  /** The user name, or the person's id at the platform; for `unknown` a print, for what was typed is not kept. */
  name: string;
}

/** `POST /api/admin/overview/unlock`. */
export type UnlockRequest = Locked;

export type UnlockOutcome = { outcome: 'unlocked' } | { outcome: 'not-locked' };
