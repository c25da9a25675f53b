import { Type } from '@fastify/type-provider-typebox';
import type {
  ImportGuide,
  ImportJobs,
  ImportJobView,
  ImportPreview,
  ImportStart,
} from '../contract/import.ts';
import { contractSchema, instant, nullable, strict, uuid } from '../contract/schema.ts';

const count = Type.Integer({ minimum: 0 });
const optionalText = nullable(Type.String());
const role = Type.Enum(['USER', 'ADMIN', 'AUDITOR']);
const person = { row: Type.Integer(), username: Type.String(), name: Type.String() };

export const importPreview = contractSchema<ImportPreview>()(
  strict({
    encoding: nullable(Type.Enum(['utf-8', 'utf-8-bom', 'gb18030'])),
    columns: Type.Array(Type.String()),
    ignoredColumns: Type.Array(Type.String()),
    rows: count,
    created: count,
    changed: count,
    unchanged: count,
    passwords: strict({ given: count, generated: count, unused: count }),
    problems: Type.Array(
      strict({ row: nullable(Type.Integer()), column: optionalText, message: Type.String() }),
    ),
    problemCount: count,
    samples: Type.Array(
      strict({
        ...person,
        kind: Type.Enum(['created', 'changed']),
        changes: Type.Array(strict({ field: Type.String(), before: optionalText, after: optionalText })),
      }),
    ),
    roleChanges: Type.Array(strict({ ...person, before: nullable(role), after: role })),
    roleChangeCount: count,
    token: optionalText,
  }),
);

export const importStart = contractSchema<ImportStart>()(
  Type.Union([
    strict({ outcome: Type.Literal('started'), jobId: Type.String() }),
    strict({ outcome: Type.Literal('busy'), by: optionalText, since: nullable(instant) }),
    strict({ outcome: Type.Literal('changed-meanwhile'), preview: importPreview }),
  ]),
);

export const importJob = contractSchema<ImportJobView>()(
  strict({
    id: uuid,
    status: Type.Enum(['running', 'done', 'broken']),
    by: optionalText,
    startedAt: instant,
    finishedAt: nullable(instant),
    rows: count,
    created: count,
    changed: count,
    unchanged: count,
    phase: Type.Enum(['passwords', 'writing']),
    done: count,
    total: count,
    failure: optionalText,
    result: Type.Enum(['none', 'with-passwords', 'without-passwords']),
  }),
);

export const importJobs = contractSchema<ImportJobs>()(strict({ items: Type.Array(importJob) }));

export const importGuide = contractSchema<ImportGuide>()(
  strict({
    maxBytes: count,
    maxRows: count,
    columns: Type.Array(
      strict({
        title: Type.String(),
        required: Type.Boolean(),
        explanation: Type.String(),
        example: Type.String(),
      }),
    ),
  }),
);
