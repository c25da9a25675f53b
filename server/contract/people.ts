import { type Static, Type } from 'typebox';
import { auditEntry } from './audit.ts';
import { anySession, passwordState, roleName } from './auth.ts';
import {
  count,
  cursor,
  instant,
  limit,
  listOf,
  listQuery,
  nullable,
  pageOf,
  strict,
  text,
  textOrNull,
  uuid,
} from './schema.ts';

/**
 * `unbound`: no platform id. `expected`: an administrator entered the id, and nobody has signed in by it yet. `bound`:
 * the person has signed in by it, or bound the account.
 */
export const bindingState = Type.Enum(['unbound', 'expected', 'bound'], {
  description: 'unbound 未绑定；expected 已登记平台 id，还没有登录过；bound 已绑定',
});
export type BindingState = Static<typeof bindingState>;

export const boundByName = Type.Enum(['PLATFORM_ID', 'MOBILE', 'PASSWORD', 'ADMINISTRATOR']);
export type BoundByName = Static<typeof boundByName>;

/** The filters of the list; all given ones must match. */
export const peopleFilter = strict({
  /** Words separated by blanks; each must occur in one of the fields. */
  q: Type.Optional(text(0, 64)),
  binding: Type.Optional(bindingState),
  /** `active`: not disabled, and in the organisation. */
  status: Type.Optional(Type.Enum(['active', 'disabled', 'left'])),
  role: Type.Optional(roleName),
  superExecutive: Type.Optional(Type.Boolean({ description: 'true：只看超级高管' })),
});
export type PeopleFilter = Static<typeof peopleFilter>;

/** `GET /api/admin/people`. */
export const peopleQuery = strict({
  ...peopleFilter.properties,
  ...listQuery(['name', 'username', 'department', 'boundAt']),
});
export type PeopleListQuery = Static<typeof peopleQuery>;

const personRow = strict({
  id: uuid,
  username: Type.String(),
  name: Type.String(),
  department: textOrNull,
  mobile: nullable(Type.String({ description: '隐藏中间四位' })),
  role: roleName,
  disabled: Type.Boolean(),
  /** When the platform reported that the person has left the organisation. */
  leftAt: nullable(instant),
  isSuperExecutive: Type.Boolean(),
  dingUserId: textOrNull,
  binding: bindingState,
  boundAt: nullable(instant),
  boundBy: nullable(boundByName),
  /** From the audit log, for as long as it is kept. */
  lastSignInAt: nullable(instant),
});
export type PersonRow = Static<typeof personRow>;

/** The latest added first, unless sorted otherwise. */
export const peoplePage = listOf(personRow);
export type PeoplePage = Static<typeof peoplePage>;

/** The version of the person, which every change must name. */
const version = instant;

/** `GET /api/admin/people/:id`. */
export const personDetail = strict({
  ...personRow.properties,
  employeeCode: textOrNull,
  createdAt: instant,
  version,
  password: passwordState,
  /** The end of a one-time password. */
  passwordExpiresAt: nullable(instant),
  /** The end of a lock after wrong passwords; null without one. */
  lockedUntil: nullable(instant),
  sessions: Type.Array(anySession),
});
export type PersonDetail = Static<typeof personDetail>;

/**
 * The data of a person that an administrator can enter. Too long or malformed values are an outcome with the field's
 * name; the schema only refuses extreme input.
 */
export const personInput = strict({
  username: text(0, 200),
  name: text(0, 200),
  department: nullable(text(0, 400)),
  mobile: nullable(text(0, 40)),
  role: roleName,
  dingUserId: nullable(text(0, 400)),
  employeeCode: nullable(text(0, 200)),
  isSuperExecutive: Type.Boolean(),
});
export type PersonInput = Static<typeof personInput>;
export type PersonField = keyof PersonInput;

/** `POST /api/admin/people/:id/edit`: absent fields do not change. */
export const personEdit = strict({ version, ...Type.Partial(personInput).properties });
export type PersonEdit = Static<typeof personEdit>;

/** The body of an action on a person, with the version that was seen. */
export const seen = strict({ version });

export const personOutcome = Type.Union([
  strict({ outcome: Type.Literal('saved'), person: personDetail }),
  /** Another administrator has changed the person meanwhile; `current` is the present person. Nothing was written. */
  strict({ outcome: Type.Literal('conflict'), person: personDetail }),
  /** Another person already has this value. */
  strict({ outcome: Type.Literal('taken'), field: Type.Enum(['username', 'mobile', 'dingUserId']) }),
  strict({
    outcome: Type.Literal('invalid'),
    /** For every wrong field. */
    problems: Type.Array(
      strict({
        field: Type.Enum(Object.keys(personInput.properties) as PersonField[]),
        message: Type.String({ description: '中文，接在字段名后面' }),
      }),
    ),
  }),
  /** Administrators cannot disable, unbind or demote themselves, so that one always stays. */
  strict({ outcome: Type.Literal('refused') }),
]);
export type PersonOutcome = Static<typeof personOutcome>;

/**
 * `POST /api/admin/people/:id/unlock`: the account and its bound person. Other people who guessed at it are unlocked at
 * `POST /api/admin/overview/unlock`.
 */
export const accountUnlocked = strict({
  outcome: Type.Literal('unlocked'),
  /** The cleared counters of accounts and persons. */
  cleared: count,
  /** Platform ids of other people who tried this account and are still locked. */
  lockedPeople: Type.Array(Type.String()),
});
export type AccountUnlocked = Static<typeof accountUnlocked>;

/** `POST /api/admin/people/:id/mobile`; has an entry in the audit log. */
export const revealedMobile = strict({ mobile: textOrNull });
export type RevealedMobile = Static<typeof revealedMobile>;

/** `GET /api/admin/people/:id/history`: what the person did and what was done to them, the latest first. */
export const historyQuery = strict({ cursor: Type.Optional(cursor), limit: Type.Optional(limit(50, 20)) });

export const historyPage = pageOf(auditEntry);
export type HistoryPage = Static<typeof historyPage>;
