import { type Static, Type } from 'typebox';
import { roleName } from './auth.ts';
import { mostPeopleAtOnce } from './constants.ts';
import { count, instant, nullable, strict, textOrNull, uuid } from './schema.ts';

/** What can be done to many people at once. */
export const bulkDeed = Type.Enum(['disable', 'enable', 'reset-passwords', 'change-role', 'end-sessions']);
export type BulkDeed = Static<typeof bulkDeed>;

/** `POST /api/admin/people/bulk/preview`: who would be met. Writes nothing. */
export const bulkRequest = strict({
  deed: bulkDeed,
  /** The role that they get; for `change-role` alone. */
  role: Type.Optional(roleName),
  ids: Type.Array(uuid, { minItems: 1, maxItems: mostPeopleAtOnce, uniqueItems: true }),
});
export type BulkRequest = Static<typeof bulkRequest>;

const bulkPerson = strict({
  id: uuid,
  username: Type.String(),
  name: Type.String(),
  department: textOrNull,
  role: roleName,
  disabled: Type.Boolean(),
  /** Live sessions, which end where the deed ends sessions. */
  sessions: count,
  fate: Type.Enum(['changes', 'unchanged', 'self'], {
    description: 'changes 会改变；unchanged 已经是这样；self 是操作人自己，不能对自己做',
  }),
});
export type BulkPerson = Static<typeof bulkPerson>;

export const bulkPreview = strict({
  /** Stands for these people as they are now: the deed is only done to what was shown. */
  token: Type.String(),
  people: Type.Array(bulkPerson),
  /** Ids that belong to nobody any more. */
  gone: Type.Array(uuid),
  /** False: passwords are kept by the vendor's account system, so none can be reset here. */
  possible: Type.Boolean(),
});
export type BulkPreview = Static<typeof bulkPreview>;

/** `POST /api/admin/people/bulk`: all of it or nothing. */
export const bulkRun = strict({
  ...bulkRequest.properties,
  token: Type.String({ minLength: 1, maxLength: 64, description: '预览返回的 token' }),
});
export type BulkRun = Static<typeof bulkRun>;

export const bulkOutcome = Type.Union([
  strict({
    outcome: Type.Literal('done'),
    /** People who were changed. */
    changed: count,
    /** Sessions that were ended. */
    sessions: count,
    /** One-time passwords, which appear only here. */
    passwords: Type.Array(
      strict({
        username: Type.String(),
        name: Type.String(),
        department: textOrNull,
        password: Type.String(),
      }),
    ),
    /** When these passwords end; null where there are none. */
    expiresAt: nullable(instant),
  }),
  /** People are not as they were shown, or must not be met; nothing was written. */
  strict({ outcome: Type.Literal('outdated'), preview: bulkPreview }),
  /** So many passwords could not be made in time, since others sign in; nothing was written. */
  strict({ outcome: Type.Literal('busy') }),
]);
export type BulkOutcome = Static<typeof bulkOutcome>;
