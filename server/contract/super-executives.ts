import { type Static, Type } from 'typebox';
import { errorCode } from './errors.ts';
import { bindingState, boundByName } from './people.ts';
import { count, instant, nullable, strict, text, textOrNull, uuid } from './schema.ts';

/** A fault that a 超级高管 met: the guide counts it as a severe one. */
export const superExecutiveFault = strict({
  id: uuid,
  at: instant,
  person: strict({ id: uuid, name: Type.String(), username: Type.String() }),
  code: errorCode,
  /** The route as it is written in the code, e.g. `GET /api/me/sessions`. */
  route: Type.String(),
  requestId: Type.String(),
});
export type SuperExecutiveFaultView = Static<typeof superExecutiveFault>;

const superExecutiveRow = strict({
  id: uuid,
  username: Type.String(),
  name: Type.String(),
  department: textOrNull,
  dingUserId: textOrNull,
  binding: bindingState,
  /** The time and kind of the first match of the platform's id. */
  boundAt: nullable(instant),
  boundBy: nullable(boundByName),
  disabled: Type.Boolean(),
  leftAt: nullable(instant),
  lastSignInAt: nullable(instant),
  /** In the last 30 days. */
  faults: count,
  lastFaultAt: nullable(instant),
  version: instant,
});
export type SuperExecutiveRow = Static<typeof superExecutiveRow>;

/** `GET /api/admin/super-executives`: all of them, by name, and their latest faults. */
export const superExecutives = strict({
  items: Type.Array(superExecutiveRow),
  recentFaults: Type.Array(superExecutiveFault),
});
export type SuperExecutives = Static<typeof superExecutives>;

const superExecutiveInput = strict({
  /** The platform's id: DingTalk `userid`, 浙政钉 `accountId`. */
  dingUserId: text(0, 400),
  name: text(0, 200),
  department: Type.Optional(nullable(text(0, 400))),
  /** The user name of an existing or new account; the id by default. */
  username: Type.Optional(text(0, 200)),
});
export type SuperExecutiveInput = Static<typeof superExecutiveInput>;

/** `POST /api/admin/super-executives`: adds all of them or none. */
export const superExecutivesRequest = strict({
  people: Type.Array(superExecutiveInput, { minItems: 1, maxItems: 200 }),
});

export const superExecutivesAdded = Type.Union([
  /** The numbers of new accounts, of existing accounts that were marked, and of those that were marked before. */
  strict({ outcome: Type.Literal('added'), created: count, marked: count, unchanged: count }),
  /** Nothing was written. `row` counts from 1; `message` is Chinese. */
  strict({
    outcome: Type.Literal('problems'),
    problems: Type.Array(strict({ row: Type.Integer({ minimum: 1 }), message: Type.String() })),
  }),
]);
export type SuperExecutivesAdded = Static<typeof superExecutivesAdded>;

/** `POST /api/admin/super-executives/:id/remove`: without `disable` the person stays as an ordinary one. */
export const superExecutiveRemoval = strict({ version: instant, disable: Type.Boolean() });
