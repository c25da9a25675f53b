import { type Static, Type } from 'typebox';
import { count, instant, nullable, strict, text, textOrNull } from './schema.ts';
import { superExecutiveFault } from './super-executives.ts';

/** How to put a problem right in the developer console of its platform, step by step. */
const guide = strict({
  /** What is wrong, in a line. */
  title: Type.String(),
  /** What to click, in order. */
  steps: Type.Array(Type.String()),
  copy: nullable(Type.String({ description: '要填进后台的内容，例如 IP 或权限点' })),
});
export type Guide = Static<typeof guide>;

/** Something that only an administrator can put right on the platform. */
export const platformProblem = strict({
  /** The API's path. */
  api: Type.String(),
  /** The platform's own error code, where there was one. */
  upstreamCode: textOrNull,
  /** What to do, in Chinese: names the IP to whitelist, the permission to apply for, the setting to mend. */
  remedy: Type.String(),
  firstSeen: instant,
  lastSeen: instant,
  /** Calls that met it, on all instances. */
  count: Type.Integer({ minimum: 1 }),
});
export type PlatformProblem = Static<typeof platformProblem>;

/** An API to which an instance sends nothing for now, since it is faulty. */
export const heldBack = strict({
  /** The API's path; `*` for all of them, after the platform cut a machine off. */
  api: Type.String(),
  state: Type.Enum(['open', 'half-open']),
});

const apiCalls = strict({
  api: Type.String(),
  /** Calls that were sent. */
  calls: count,
  /** Of these, the ones that the platform or the way to it failed; a wrong code of a person is none. */
  failed: count,
  failures: Type.Array(strict({ kind: Type.String(), count })),
  /** Calls that were not made, since our own limit or an open circuit refused them. */
  heldBack: count,
});
export type ApiCalls = Static<typeof apiCalls>;

/**
 * Whose wrong passwords are counted; `console`: an account's at the console's sign-in page, in whatever browser;
 * `network`: everybody's there who comes from one address; `unknown`: a name that no account has.
 */
const lockedKind = Type.Enum(['account', 'console', 'network', 'person', 'unknown']);

/**
 * `POST /api/admin/overview/unlock`. The name is the user name, the address, or the person's id at the platform; for `unknown` a
 * print, for what was typed is not kept.
 */
export const unlockRequest = strict({ kind: lockedKind, name: text(1, 256) });
export type Locked = Static<typeof unlockRequest>;

export const unlockOutcome = Type.Union([
  strict({ outcome: Type.Literal('unlocked') }),
  strict({ outcome: Type.Literal('not-locked') }),
]);
export type UnlockOutcome = Static<typeof unlockOutcome>;

const signInSeries = strict({
  /** By the platform's code, or to the console by user name and password. */
  by: Type.Enum(['platform', 'password']),
  /**
   * `signed-in`, `bind-required`, `no-permission`, `wait`, or `fault`; by password also `sign-in-rejected`,
   * `password-change-required`, and `password-rejected` for a new password.
   */
  outcome: Type.String(),
  /** The outcome's reason or the fault's code; null where there is none. */
  reason: textOrNull,
  total: count,
  /** One number an hour. */
  hours: Type.Array(count),
});
export type SignInSeries = Static<typeof signInSeries>;

const instances = Type.Integer({ minimum: 1 });

/** `GET /api/admin/overview`, for administrators and auditors: what is to be done, and how things are. */
export const adminOverview = strict({
  takenAt: instant,
  platform: Type.Enum(['dingtalk', 'zhezhengding']),
  /** Running servers. */
  instances,
  /** Not over yet: a problem is over when its API answers well again on the instance that met it, or that ends. */
  problems: Type.Array(strict({ ...platformProblem.properties, instances, guide })),
  heldBack: Type.Array(strict({ ...heldBack.properties, instances })),
  /** Of the last 24 hours, by hours of China; this hour is the last one. */
  signIns: strict({
    /** The first hour's beginning. */
    from: instant,
    /** The most frequent one first; what did not happen is left out. */
    series: Type.Array(signInSeries),
  }),
  /** Calls to the platform since `callsFrom`, the beginning of the hour before this one. */
  calls: Type.Array(apiCalls),
  callsFrom: instant,
  /** The certificate of the app's address; null where no address is configured, or none was looked at yet. */
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
  /** How long the oldest event of the platform has been waiting. */
  eventLagSeconds: Type.Number({ minimum: 0 }),
  // part: messages
  /** Batches of messages: `failed` and `uncertain` of the last 7 days. */
  messages: strict({
    failed: count,
    uncertain: count,
    /** Why, the latest first; at most five. */
    reasons: Type.Array(strict({ at: instant, reason: Type.String(), count })),
  }),
  /** Who must wait after wrong passwords. */
  locked: Type.Array(strict({ kind: lockedKind, name: Type.String(), until: instant })),
  /** The latest first. */
  superExecutiveFaults: Type.Array(superExecutiveFault),
});
export type AdminOverview = Static<typeof adminOverview>;
