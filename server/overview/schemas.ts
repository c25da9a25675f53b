import { Type } from '@fastify/type-provider-typebox';
import type {
  AdminOverview,
  PeopleCounts,
  SignInsByHour,
  UnlockOutcome,
  UnlockRequest,
} from '../contract/overview.ts';
import { contractSchema, errorCode, instant, nullable, strict, text, uuid } from '../contract/schema.ts';

const count = Type.Integer({ minimum: 0 });
const lockedKind = Type.Enum(['account', 'console', 'person', 'unknown']);

export const overview = contractSchema<AdminOverview>()(
  strict({
    takenAt: instant,
    platform: Type.Enum(['dingtalk', 'zhezhengding']),
    instances: Type.Integer({ minimum: 1 }),
    problems: Type.Array(
      strict({
        api: Type.String(),
        upstreamCode: nullable(Type.String()),
        remedy: Type.String(),
        firstSeen: instant,
        lastSeen: instant,
        count: Type.Integer({ minimum: 1 }),
        instances: Type.Integer({ minimum: 1 }),
        guide: strict({
          title: Type.String(),
          steps: Type.Array(Type.String()),
          copy: nullable(Type.String({ description: '要填进后台的内容，例如 IP 或权限点' })),
        }),
      }),
    ),
    heldBack: Type.Array(
      strict({
        api: Type.String(),
        state: Type.Enum(['open', 'half-open']),
        instances: Type.Integer({ minimum: 1 }),
      }),
    ),
    calls: Type.Array(
      strict({
        api: Type.String(),
        calls: count,
        failed: count,
        failures: Type.Array(strict({ kind: Type.String(), count })),
        heldBack: count,
      }),
    ),
    appToken: nullable(strict({ fetchedAt: instant, expiresAt: instant })),
    certificate: nullable(
      strict({
        host: Type.String(),
        daysLeft: nullable(Type.Number()),
        validTo: nullable(instant),
        problems: Type.Array(Type.String()),
        checkedAt: instant,
      }),
    ),
    eventLagSeconds: Type.Number({ minimum: 0 }),
    messages: strict({
      waiting: count,
      failed: count,
      uncertain: count,
      reasons: Type.Array(strict({ at: instant, reason: Type.String(), count })),
    }),
    locked: Type.Array(strict({ kind: lockedKind, name: Type.String(), until: instant })),
    superExecutiveFaults: Type.Array(
      strict({
        id: uuid,
        at: instant,
        person: strict({ id: uuid, name: Type.String(), username: Type.String() }),
        code: errorCode,
        route: Type.String(),
        requestId: Type.String(),
      }),
    ),
  }),
);

export const signInsQuery = strict({
  days: Type.Optional(Type.Enum(['1', '7'], { description: '最近几天，默认 1' })),
});

export const signInsByHourSchema = contractSchema<SignInsByHour>()(
  strict({
    takenAt: instant,
    from: instant,
    hours: Type.Integer(),
    series: Type.Array(
      strict({
        by: Type.Enum(['platform', 'password']),
        outcome: Type.String(),
        reason: nullable(Type.String()),
        total: count,
        hours: Type.Array(count),
      }),
    ),
    bindings: Type.Array(strict({ outcome: Type.String(), reason: nullable(Type.String()), total: count })),
  }),
);

export const peopleCounts = contractSchema<PeopleCounts>()(
  strict({
    takenAt: instant,
    keptSeconds: count,
    bound: count,
    unbound: count,
    left: count,
    disabled: count,
    total: count,
    superExecutives: count,
  }),
);

export const unlockRequest = contractSchema<UnlockRequest>()(
  strict({ kind: lockedKind, name: text(1, 256) }),
);

export const unlockOutcome = contractSchema<UnlockOutcome>()(
  Type.Union([
    strict({ outcome: Type.Literal('unlocked') }),
    strict({ outcome: Type.Literal('not-locked') }),
  ]),
);
