import { Type } from '@fastify/type-provider-typebox';
import { auditEntry } from '../audit/routes.ts';
import type {
  AccountUnlocked,
  HistoryPage,
  PasswordReset,
  PeopleCount,
  PeoplePage,
  PersonDetail,
  PersonEdit,
  PersonInput,
  PersonOutcome,
  RevealedMobile,
  Seen,
  SessionsEnded,
} from '../contract/people.ts';
import { contractSchema, instant, nullable, strict, text, uuid } from '../contract/schema.ts';

export const binding = Type.Enum(['unbound', 'expected', 'bound'], {
  description: 'unbound 未绑定；expected 已登记平台 id，还没有登录过；bound 已绑定',
});
export const boundBy = Type.Enum(['PLATFORM_ID', 'MOBILE', 'PASSWORD', 'ADMINISTRATOR']);
const role = Type.Enum(['USER', 'ADMIN', 'AUDITOR']);

const personRow = {
  id: uuid,
  username: Type.String(),
  name: Type.String(),
  department: nullable(Type.String()),
  mobile: nullable(Type.String({ description: '隐藏中间四位' })),
  role,
  disabled: Type.Boolean(),
  leftAt: nullable(instant),
  isSuperExecutive: Type.Boolean(),
  dingUserId: nullable(Type.String()),
  binding,
  boundAt: nullable(instant),
  boundBy: nullable(boundBy),
  lastSignInAt: nullable(instant),
};

const cursor = Type.String({ minLength: 1, maxLength: 128, description: '上一页返回的 nextCursor' });
// Not Type.Integer: texts of a query are converted first, and that would cut 1.5 to 1.
const limit = (most: number, usual: number) =>
  Type.Number({ minimum: 1, maximum: most, multipleOf: 1, description: `每页条数，默认 ${usual}` });

const filter = {
  q: Type.Optional(text(0, 64)),
  binding: Type.Optional(binding),
  status: Type.Optional(Type.Enum(['active', 'disabled', 'left'])),
  role: Type.Optional(role),
  superExecutive: Type.Optional(Type.Boolean({ description: 'true：只看超级高管' })),
};

export const countQuery = strict(filter);
export const pageQuery = strict({
  ...filter,
  cursor: Type.Optional(cursor),
  limit: Type.Optional(limit(100, 20)),
});

export const peoplePage = contractSchema<PeoplePage>()(
  strict({ items: Type.Array(strict(personRow)), nextCursor: nullable(Type.String()) }),
);

export const peopleCount = contractSchema<PeopleCount>()(
  strict({ total: Type.Integer({ minimum: 0 }), more: Type.Boolean() }),
);

export const personDetail = contractSchema<PersonDetail>()(
  strict({
    ...personRow,
    employeeCode: nullable(Type.String()),
    createdAt: instant,
    version: instant,
    password: Type.Enum(['none', 'own', 'one-time', 'elsewhere']),
    passwordExpiresAt: nullable(instant),
    lockedUntil: nullable(instant),
    sessions: Type.Array(
      strict({
        id: uuid,
        client: Type.Enum(['mini', 'h5']),
        address: nullable(Type.String()),
        createdAt: instant,
        lastSeenAt: instant,
      }),
    ),
  }),
);

const input = {
  // What is too long or malformed is an outcome with the field's name; this only keeps out what is no input at all.
  username: text(0, 200),
  name: text(0, 200),
  department: nullable(text(0, 400)),
  mobile: nullable(text(0, 40)),
  role,
  dingUserId: nullable(text(0, 400)),
  employeeCode: nullable(text(0, 200)),
  isSuperExecutive: Type.Boolean(),
};

export const personInput = contractSchema<PersonInput>()(strict(input));

export const personEdit = contractSchema<PersonEdit>()(
  strict({
    version: instant,
    username: Type.Optional(input.username),
    name: Type.Optional(input.name),
    department: Type.Optional(input.department),
    mobile: Type.Optional(input.mobile),
    role: Type.Optional(input.role),
    dingUserId: Type.Optional(input.dingUserId),
    employeeCode: Type.Optional(input.employeeCode),
    isSuperExecutive: Type.Optional(input.isSuperExecutive),
  }),
);

export const seen = contractSchema<Seen>()(strict({ version: instant }));

const conflict = strict({ outcome: Type.Literal('conflict'), person: personDetail });
const refused = strict({
  outcome: Type.Literal('refused'),
  reason: Type.Enum(['SELF', 'PASSWORD_ELSEWHERE']),
});

export const personOutcome = contractSchema<PersonOutcome>()(
  Type.Union([
    strict({ outcome: Type.Literal('saved'), person: personDetail }),
    conflict,
    strict({ outcome: Type.Literal('taken'), field: Type.Enum(['username', 'mobile', 'dingUserId']) }),
    strict({
      outcome: Type.Literal('invalid'),
      field: Type.Enum([
        'username',
        'name',
        'department',
        'mobile',
        'role',
        'dingUserId',
        'employeeCode',
        'isSuperExecutive',
      ]),
      message: Type.String({ description: '中文，接在字段名后面' }),
    }),
    refused,
  ]),
);

export const passwordReset = contractSchema<PasswordReset>()(
  Type.Union([
    strict({
      outcome: Type.Literal('password-reset'),
      password: Type.String({ description: '一次性密码，只在这里出现一次' }),
      expiresAt: instant,
      person: personDetail,
    }),
    conflict,
    refused,
  ]),
);

export const sessionsEnded = contractSchema<SessionsEnded>()(
  strict({ outcome: Type.Literal('sessions-ended'), count: Type.Integer({ minimum: 0 }) }),
);

export const accountUnlocked = contractSchema<AccountUnlocked>()(
  strict({
    outcome: Type.Literal('unlocked'),
    cleared: Type.Integer({ minimum: 0 }),
    lockedPeople: Type.Array(Type.String()),
  }),
);

export const revealedMobile = contractSchema<RevealedMobile>()(strict({ mobile: nullable(Type.String()) }));

export const historyQuery = strict({ cursor: Type.Optional(cursor), limit: Type.Optional(limit(50, 20)) });

export const historyPage = contractSchema<HistoryPage>()(
  strict({ items: Type.Array(auditEntry), nextCursor: nullable(Type.String()) }),
);

export const personParams = strict({ id: uuid });
