import { type Static, Type } from 'typebox';
import { roleName } from './auth.ts';
import { mostPeopleAtOnce } from './constants.ts';
import { count, instant, nullable, strict, textOrNull, uuid } from './schema.ts';

/** The actions on many people at once. */
export const bulkDeed = Type.Enum(['disable', 'enable', 'reset-passwords', 'change-role', 'end-sessions']);
export type BulkDeed = Static<typeof bulkDeed>;

/** `POST /api/admin/people/bulk/preview`: the people that would be changed. Writes nothing. */
export const bulkRequest = strict({
  deed: bulkDeed,
  /** The new role; only for `change-role`. */
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
  /** Live sessions, which end if the action ends sessions. */
  sessions: count,
  fate: Type.Enum(['changes', 'unchanged', 'self'], {
    description: 'changes 会改变；unchanged 已经是这样；self 是操作人自己，不能对自己做',
  }),
});
export type BulkPerson = Static<typeof bulkPerson>;

export const bulkPreview = strict({
  /** Stands for these people in their present versions: only these are changed. */
  token: Type.String(),
  people: Type.Array(bulkPerson),
  /** Ids of deleted people. */
  gone: Type.Array(uuid),
  /** False if the vendor's account system keeps the passwords, so that none can be reset. */
  possible: Type.Boolean(),
});
export type BulkPreview = Static<typeof bulkPreview>;

/** `POST /api/admin/people/bulk`: changes all people or none. */
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
    /** One-time passwords, shown only here. */
    passwords: Type.Array(
      strict({
        username: Type.String(),
        name: Type.String(),
        department: textOrNull,
        password: Type.String(),
      }),
    ),
    /** The end of these passwords; null without any. */
    expiresAt: nullable(instant),
  }),
  /** People differ from the preview, or cannot be changed; nothing was written. */
  strict({ outcome: Type.Literal('outdated'), preview: bulkPreview }),
  /** The passwords could not be made in time, because of sign-ins; nothing was written. */
  strict({ outcome: Type.Literal('busy') }),
]);
export type BulkOutcome = Static<typeof bulkOutcome>;
