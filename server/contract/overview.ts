import { type Static, Type } from 'typebox';
import { count, instant, nullable, strict, text, textOrNull } from './schema.ts';
import { superExecutiveFault } from './super-executives.ts';

/** The steps to solve a problem in the platform's developer console. */
const guide = strict({
  /** The problem, in a line. */
  title: Type.String(),
  /** The steps, in order. */
  steps: Type.Array(Type.String()),
  copy: nullable(Type.String({ description: '要填进后台的内容，例如 IP 或权限点' })),
});
export type Guide = Static<typeof guide>;

/** A problem that only an administrator can solve on the platform. */
export const platformProblem = strict({
  /** The API's path. */
  api: Type.String(),
  /** The platform's error code; null without one. */
  upstreamCode: textOrNull,
  /** The remedy in Chinese: names the IP to whitelist, the permission to apply for, or the setting to correct. */
  remedy: Type.String(),
  firstSeen: instant,
  lastSeen: instant,
  /** Affected calls, on all instances. */
  count: Type.Integer({ minimum: 1 }),
});
export type PlatformProblem = Static<typeof platformProblem>;

/** An API whose calls an instance has paused, because it fails. */
export const heldBack = strict({
  /** The API's path; `*` for all APIs, after the platform cut a machine off. */
  api: Type.String(),
  state: Type.Enum(['open', 'half-open']),
});

const apiCalls = strict({
  api: Type.String(),
  /** Calls that were sent. */
  calls: count,
  /** Of these, failures of the platform or the network; a person's wrong code is none. */
  failed: count,
  failures: Type.Array(strict({ kind: Type.String(), count })),
  /** Calls that were not made, because the limit or an open circuit refused them. */
  heldBack: count,
});
export type ApiCalls = Static<typeof apiCalls>;

/**
 * The kind of a counter of wrong passwords; `console`: an account at the console's sign-in page, in all browsers;
 * `network`: all attempts there from one address; `unknown`: a name that no account has.
 */
const lockedKind = Type.Enum(['account', 'console', 'network', 'person', 'unknown']);

/**
 * `POST /api/admin/overview/unlock`. The name is the user name, the address, or the person's id at the platform; for
 * `unknown` a digest, because the typed name is not stored.
 */
export const unlockRequest = strict({ kind: lockedKind, name: text(1, 256) });
export type Locked = Static<typeof unlockRequest>;

export const unlockOutcome = Type.Union([
  strict({ outcome: Type.Literal('unlocked') }),
  strict({ outcome: Type.Literal('not-locked') }),
]);
export type UnlockOutcome = Static<typeof unlockOutcome>;

const signInSeries = strict({
  /** By the platform's code, or by user name and password at the console. */
  by: Type.Enum(['platform', 'password']),
  /**
   * `signed-in`, `bind-required`, `no-permission`, `wait`, or `fault`; by password also `sign-in-rejected`,
   * `password-change-required`, and `password-rejected` for a new password.
   */
  outcome: Type.String(),
  /** The outcome's reason or the fault's code; null without one. */
  reason: textOrNull,
  total: count,
  /** One number for each hour. */
  hours: Type.Array(count),
});
export type SignInSeries = Static<typeof signInSeries>;

const instances = Type.Integer({ minimum: 1 });

/** `GET /api/admin/overview`, for administrators and auditors: problems to solve, and the state of the app. */
export const adminOverview = strict({
  takenAt: instant,
  platform: Type.Enum(['dingtalk', 'zhezhengding']),
  /** Running servers. */
  instances,
  /** Open problems: a problem ends when its API succeeds again on the instance that met it, or that instance ends. */
  problems: Type.Array(strict({ ...platformProblem.properties, instances, guide })),
  heldBack: Type.Array(strict({ ...heldBack.properties, instances })),
  /** Of the last 24 hours, by hours of China; this hour is the last one. */
  signIns: strict({
    /** The start of the first hour. */
    from: instant,
    /** The most frequent first, without zeros. */
    series: Type.Array(signInSeries),
  }),
  /** Calls to the platform since `callsFrom`, the beginning of the hour before this one. */
  calls: Type.Array(apiCalls),
  callsFrom: instant,
  /** The certificate of the app's address; null without a configured address, and before the first check. */
  certificate: nullable(
    strict({
      host: Type.String(),
      daysLeft: nullable(Type.Number()),
      validTo: nullable(instant),
      problems: Type.Array(Type.String()),
      checkedAt: instant,
    }),
  ),
  // part: events
  /** The age of the platform's oldest unhandled event. */
  eventLagSeconds: Type.Number({ minimum: 0 }),
  // part: messages
  /** Batches of messages: `failed` and `uncertain` of the last 7 days. */
  messages: strict({
    failed: count,
    uncertain: count,
    /** The reasons, the latest first; at most five. */
    reasons: Type.Array(strict({ at: instant, reason: Type.String(), count })),
  }),
  /** Locks after wrong passwords. */
  locked: Type.Array(strict({ kind: lockedKind, name: Type.String(), until: instant })),
  /** The latest first. */
  superExecutiveFaults: Type.Array(superExecutiveFault),
});
export type AdminOverview = Static<typeof adminOverview>;
