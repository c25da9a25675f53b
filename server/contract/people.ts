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
 * `unbound`: no platform id. `expected`: the id was entered by an administrator, and nobody has signed in by it
 * yet. `bound`: the person has signed in, or proved the account.
 */
export const bindingState = Type.Enum(['unbound', 'expected', 'bound'], {
  description: 'unbound 未绑定；expected 已登记平台 id，还没有登录过；bound 已绑定',
});
export type BindingState = Static<typeof bindingState>;

export const boundByName = Type.Enum(['PLATFORM_ID', 'MOBILE', 'PASSWORD', 'ADMINISTRATOR']);
export type BoundByName = Static<typeof boundByName>;

/** What the list can be narrowed to, everything given must hold. */
export const peopleFilter = strict({
  /** Words parted by blanks; each must occur in one of the fields. */
  q: Type.Optional(text(0, 64)),
  binding: Type.Optional(bindingState),
  /** `active`: neither disabled nor gone from the organisation. */
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
  /** When the platform said that the person is gone from the organisation. */
  leftAt: nullable(instant),
  isSuperExecutive: Type.Boolean(),
  dingUserId: textOrNull,
  binding: bindingState,
  boundAt: nullable(instant),
  boundBy: nullable(boundByName),
  /** As far back as the audit log is kept. */
  lastSignInAt: nullable(instant),
});
export type PersonRow = Static<typeof personRow>;

/** The latest added first, unless sorted otherwise. */
export const peoplePage = listOf(personRow);
export type PeoplePage = Static<typeof peoplePage>;

/** Shown when something is changed: it stands for the person as they were seen. */
const version = instant;

/** `GET /api/admin/people/:id`. */
export const personDetail = strict({
  ...personRow.properties,
  employeeCode: textOrNull,
  createdAt: instant,
  version,
  password: passwordState,
  /** When a one-time password ends. */
  passwordExpiresAt: nullable(instant),
  /** Until when the account must wait after wrong passwords; null when it need not. */
  lockedUntil: nullable(instant),
  sessions: Type.Array(anySession),
});
export type PersonDetail = Static<typeof personDetail>;

/**
 * What an administrator can say of a person. What is too long or malformed is an outcome with the field's name; this
 * only keeps out what is no input at all.
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

/** `POST /api/admin/people/:id/edit`: what is absent stays as it is. */
export const personEdit = strict({ version, ...Type.Partial(personInput).properties });
export type PersonEdit = Static<typeof personEdit>;

/** The body of what is done to a person as they were seen. */
export const seen = strict({ version });

export const personOutcome = Type.Union([
  strict({ outcome: Type.Literal('saved'), person: personDetail }),
  /** Somebody else has changed the person since they were seen; this is how they are now. Nothing was written. */
  strict({ outcome: Type.Literal('conflict'), person: personDetail }),
  /** Another person has this already. */
  strict({ outcome: Type.Literal('taken'), field: Type.Enum(['username', 'mobile', 'dingUserId']) }),
  strict({
    outcome: Type.Literal('invalid'),
    /** Of every field that cannot be kept. */
    problems: Type.Array(
      strict({
        field: Type.Enum(Object.keys(personInput.properties) as PersonField[]),
        message: Type.String({ description: '中文，接在字段名后面' }),
      }),
    ),
  }),
  /** Nobody disables, unbinds or demotes themselves: so somebody always stays who can administer. */
  strict({ outcome: Type.Literal('refused') }),
]);
export type PersonOutcome = Static<typeof personOutcome>;

/**
 * `POST /api/admin/people/:id/unlock`: the account, and the person it is bound to. Whoever else guessed at it is
 * unlocked at `POST /api/admin/overview/unlock`.
 */
export const accountUnlocked = strict({
  outcome: Type.Literal('unlocked'),
  /** Accounts and persons whose wrong passwords were forgotten. */
  cleared: count,
  /** Platform ids of people who tried this account, are not its owner, and still must wait. */
  lockedPeople: Type.Array(Type.String()),
});
export type AccountUnlocked = Static<typeof accountUnlocked>;

/** `POST /api/admin/people/:id/mobile`; written to the audit log. */
export const revealedMobile = strict({ mobile: textOrNull });
export type RevealedMobile = Static<typeof revealedMobile>;

/** `GET /api/admin/people/:id/history`: what the person did and what was done to them, the latest first. */
export const historyQuery = strict({ cursor: Type.Optional(cursor), limit: Type.Optional(limit(50, 20)) });

export const historyPage = pageOf(auditEntry);
export type HistoryPage = Static<typeof historyPage>;
