import { Type } from '@fastify/type-provider-typebox';
import type {
  BindOutcome,
  BindRejected,
  BindRequest,
  BindRequired,
  LoginOutcome,
  LoginRequest,
  MeResponse,
  NoPermission,
  SessionUser,
  SignedIn,
  SignedOut,
} from '../contract/contract.ts';
import { contractSchema, instant, nullable, strict, text, uuid } from '../contract/schema.ts';

export const sessionUser = contractSchema<SessionUser>()(
  strict({
    id: uuid,
    username: Type.String(),
    name: Type.String(),
    department: nullable(Type.String()),
    role: Type.Enum(['USER', 'ADMIN', 'AUDITOR']),
    dingUserId: nullable(Type.String()),
    isSuperExecutive: Type.Boolean(),
  }),
);

/** See `ClientUpdate`. */
const update = Type.Optional(Type.Literal('required', { description: '小程序版本太旧，请用户更新' }));

const signedIn = contractSchema<SignedIn>()(
  strict({
    outcome: Type.Literal('signed-in'),
    session: strict({
      token: Type.Optional(Type.String({ description: 'client 为 h5 时没有，令牌在 HttpOnly cookie 里' })),
      expiresAt: instant,
    }),
    user: sessionUser,
    update,
  }),
);

const bindRequired = contractSchema<BindRequired>()(
  strict({
    outcome: Type.Literal('bind-required'),
    ticket: strict({ token: Type.String(), expiresAt: instant }),
    person: strict({ name: Type.String() }),
    update,
  }),
);

const noPermission = contractSchema<NoPermission>()(
  strict({
    outcome: Type.Literal('no-permission'),
    reason: Type.Enum([
      'OUT_OF_RANGE',
      'LEFT_ORGANISATION',
      'WRONG_ORGANISATION',
      'ACCOUNT_DISABLED',
      'BINDING_CLOSED',
    ]),
    update,
  }),
);

const bindRejected = contractSchema<BindRejected>()(
  strict({
    outcome: Type.Literal('bind-rejected'),
    reason: Type.Enum([
      'INVALID_CREDENTIALS',
      'LOCKED',
      'TICKET_EXPIRED',
      'PASSWORD_EXPIRED',
      'ACCOUNT_ALREADY_BOUND',
      'PERSON_ALREADY_BOUND',
    ]),
    attemptsLeft: Type.Optional(Type.Integer({ minimum: 0 })),
    retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
  }),
);

/**
 * More than any code of the platforms holds (they are letters and digits), and nothing that a firewall in front of a
 * platform takes for an attack: no quotes, brackets, backslashes or blanks.
 */
const authCodePattern = '^[!#-&*-;=?-Z^_a-z|~]+$';

export const loginRequest = contractSchema<LoginRequest>()(
  strict({
    authCode: Type.String({ minLength: 1, maxLength: 512, pattern: authCodePattern }),
    corpId: Type.Optional(text(1, 128)),
    client: Type.Optional(Type.Enum(['mini', 'h5'])),
  }),
);

export const loginOutcome = contractSchema<LoginOutcome>()(
  Type.Union([signedIn, bindRequired, noPermission]),
);

export const bindRequest = contractSchema<BindRequest>()(
  strict({ ticket: text(1, 128), username: text(1, 64), password: text(1, 256) }),
);

export const bindOutcome = contractSchema<BindOutcome>()(Type.Union([signedIn, bindRejected, noPermission]));

export const meResponse = contractSchema<MeResponse>()(strict({ user: sessionUser, update }));

export const signedOut = contractSchema<SignedOut>()(strict({ outcome: Type.Literal('signed-out') }));
