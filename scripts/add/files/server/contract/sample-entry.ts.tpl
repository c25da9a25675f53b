import { type Static, Type } from 'typebox';
import {
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

/* What everybody writes, and reads of their own. */

/** `POST /api/sample-entry`. */
export const sampleEntryText = strict({ title: text(1, 50), body: text(1, 2000) });
export type SampleEntryText = Static<typeof sampleEntryText>;

export const sampleEntryCreated = strict({ outcome: Type.Literal('created'), id: uuid });
export type SampleEntryCreated = Static<typeof sampleEntryCreated>;

/** `GET /api/sample-entry`. */
export const sampleEntryQuery = strict({
  cursor: Type.Optional(cursor),
  limit: Type.Optional(limit(50, 20)),
});

const sampleEntryOfPerson = strict({
  id: uuid,
  title: Type.String(),
  body: Type.String(),
  createdAt: instant,
  done: Type.Boolean(),
});
export type SampleEntryOfPerson = Static<typeof sampleEntryOfPerson>;

/** The signed-in person's own, the newest first. */
export const sampleEntryPage = pageOf(sampleEntryOfPerson);
export type SampleEntryPage = Static<typeof sampleEntryPage>;

/* What administrators see of everybody. */

const sampleEntryState = Type.Enum(['open', 'done']);
export type SampleEntryState = Static<typeof sampleEntryState>;

/** `GET /api/admin/sample-entry`. */
export const adminSampleEntryQuery = strict({
  state: Type.Optional(sampleEntryState),
  search: Type.Optional(text(0, 100)),
  ...listQuery(['title', 'createdAt', 'doneAt']),
});

const sampleEntryRow = strict({
  id: uuid,
  title: Type.String(),
  body: Type.String(),
  /** Null once the person is gone. */
  author: textOrNull,
  createdAt: instant,
  /** Null for what is open. */
  doneAt: nullable(instant),
});
export type SampleEntryRow = Static<typeof sampleEntryRow>;

/** The newest first, unless sorted otherwise. */
export const sampleEntryRows = listOf(sampleEntryRow);
export type SampleEntryRows = Static<typeof sampleEntryRows>;

/** `POST /api/admin/sample-entry/:id/done`; idempotent. */
export const sampleEntryDone = strict({ done: Type.Boolean() });

export const sampleEntrySaved = strict({ outcome: Type.Literal('saved'), row: sampleEntryRow });
export type SampleEntrySaved = Static<typeof sampleEntrySaved>;
