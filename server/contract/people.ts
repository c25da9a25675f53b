import type { AuditEntry } from './audit.ts';
import type { Instant, OwnSession, PasswordState, RoleName } from './contract.ts';

/**
 * `unbound`: no platform id. `expected`: the id was entered by an administrator, and nobody has signed in by it
 * yet. `bound`: the person has signed in, or proved the account.
 */
export type BindingState = 'unbound' | 'expected' | 'bound';

export type BoundByName = 'PLATFORM_ID' | 'MOBILE' | 'PASSWORD' | 'ADMINISTRATOR';

/** What the list can be narrowed to; everything given must hold. */
export interface PeopleFilter {
  /** Words parted by blanks; each must occur in one of the fields. */
  q?: string;
  binding?: BindingState;
  /** `active`: neither disabled nor gone from the organisation. */
  status?: 'active' | 'disabled' | 'left';
  role?: RoleName;
  /** True: only 超级高管. */
  superExecutive?: boolean;
}

/** A row of `GET /api/admin/people`. */
export interface PersonRow {
  id: string;
  username: string;
  name: string;
  department: string | null;
  /** `138****0000`; null for none. */
  mobile: string | null;
  role: RoleName;
  disabled: boolean;
  /** When the platform said that the person is gone from the organisation. */
  leftAt: Instant | null;
  isSuperExecutive: boolean;
  dingUserId: string | null;
  binding: BindingState;
  boundAt: Instant | null;
  boundBy: BoundByName | null;
  /** As far back as the audit log is kept. */
  lastSignInAt: Instant | null;
}

/** The latest added first. */
export interface PeoplePage {
  items: PersonRow[];
  /** Opaque; null on the last page. */
  nextCursor: string | null;
}

/** `GET /api/admin/people/count`. */
export interface PeopleCount {
  total: number;
  /** Whether there are more than that, and nobody counted how many. */
  more: boolean;
}

/** `GET /api/admin/people/:id`. */
export interface PersonDetail extends PersonRow {
  employeeCode: string | null;
  createdAt: Instant;
  /** Shown when something is changed: it stands for the person as they were seen. */
  version: Instant;
  /** `elsewhere`: the vendor's account system keeps it. */
  password: PasswordState;
  /** When a one-time password ends. */
  passwordExpiresAt: Instant | null;
  /** Until when the account must wait after wrong passwords; null when it need not. */
  lockedUntil: Instant | null;
  sessions: Omit<OwnSession, 'current'>[];
}

/** What an administrator can say of a person. */
export interface PersonInput {
  username: string;
  name: string;
  department: string | null;
  mobile: string | null;
  role: RoleName;
  dingUserId: string | null;
  employeeCode: string | null;
  isSuperExecutive: boolean;
}

export type PersonField = keyof PersonInput;

/** `POST /api/admin/people/:id/edit`: what is absent stays as it is. */
export interface PersonEdit extends Partial<PersonInput> {
  version: Instant;
}

/** The body of what is done to a person as they were seen. */
export interface Seen {
  version: Instant;
}

export type RefusedReason =
  /** Nobody disables, unbinds or demotes themselves: so somebody always stays who can administer. */
  | 'SELF'
  /** The passwords are kept by the vendor's account system. */
  | 'PASSWORD_ELSEWHERE';

export type PersonOutcome =
  | { outcome: 'saved'; person: PersonDetail }
  /** Somebody else has changed the person since they were seen; this is how they are now. Nothing was written. */
  | { outcome: 'conflict'; person: PersonDetail }
  /** Another person has this already. */
  | { outcome: 'taken'; field: 'username' | 'mobile' | 'dingUserId' }
  /** `message` is Chinese and goes on after the field's name. */
  | { outcome: 'invalid'; field: PersonField; message: string }
  | { outcome: 'refused'; reason: RefusedReason };

/** `POST /api/admin/people/:id/password-reset`: the only time that the password is told. */
export type PasswordReset =
  | { outcome: 'password-reset'; password: string; expiresAt: Instant; person: PersonDetail }
  | Exclude<PersonOutcome, { outcome: 'saved' | 'invalid' | 'taken' }>;

/** `POST /api/admin/people/:id/sessions/end`. */
export interface SessionsEnded {
  outcome: 'sessions-ended';
  count: number;
}

/**
 * `POST /api/admin/people/:id/unlock`: the account, and the person it is bound to. Whoever else guessed at it is
 * unlocked at `POST /api/admin/overview/unlock`.
 */
export interface AccountUnlocked {
  outcome: 'unlocked';
  /** Accounts and persons whose wrong passwords were forgotten. */
  cleared: number;
  /** Platform ids of people who tried this account, are not its owner, and still must wait. */
  lockedPeople: string[];
}

/** `POST /api/admin/people/:id/mobile`; written to the audit log. */
export interface RevealedMobile {
  mobile: string | null;
}

/** `GET /api/admin/people/:id/history`: what the person did and what was done to them, the latest first. */
export interface HistoryPage {
  items: AuditEntry[];
  nextCursor: string | null;
}
