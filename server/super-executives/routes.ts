import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import {
  contractSchema,
  errorCode,
  faultResponses,
  instant,
  nullable,
  strict,
  text,
  uuid,
} from '../contract/schema.ts';
import type {
  SuperExecutiveRemoval,
  SuperExecutives,
  SuperExecutivesAdded,
  SuperExecutivesRequest,
} from '../contract/super-executives.ts';
import type { PrismaClient } from '../database/database.ts';
import { changePerson } from '../people/changing.ts';
import { actorOf } from '../people/routes.ts';
import { binding, boundBy, personOutcome } from '../people/schemas.ts';
import { addSuperExecutives, listSuperExecutives } from './super-executives.ts';

const count = Type.Integer({ minimum: 0 });

const superExecutives = contractSchema<SuperExecutives>()(
  strict({
    items: Type.Array(
      strict({
        id: uuid,
        username: Type.String(),
        name: Type.String(),
        department: nullable(Type.String()),
        dingUserId: nullable(Type.String()),
        binding,
        boundAt: nullable(instant),
        boundBy: nullable(boundBy),
        disabled: Type.Boolean(),
        leftAt: nullable(instant),
        lastSignInAt: nullable(instant),
        faults: count,
        lastFaultAt: nullable(instant),
        version: instant,
      }),
    ),
    recentFaults: Type.Array(
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

const request = contractSchema<SuperExecutivesRequest>()(
  strict({
    people: Type.Array(
      strict({
        dingUserId: text(0, 400),
        name: text(0, 200),
        department: Type.Optional(nullable(text(0, 400))),
        username: Type.Optional(text(0, 200)),
      }),
      { minItems: 1, maxItems: 200 },
    ),
  }),
);

const added = contractSchema<SuperExecutivesAdded>()(
  Type.Union([
    strict({ outcome: Type.Literal('added'), created: count, marked: count, unchanged: count }),
    strict({
      outcome: Type.Literal('problems'),
      problems: Type.Array(strict({ row: Type.Integer({ minimum: 1 }), message: Type.String() })),
    }),
  ]),
);

const removal = contractSchema<SuperExecutiveRemoval>()(
  strict({ version: instant, disable: Type.Boolean() }),
);

const tags = ['管理：超级高管'];

/** 超级高管: no API gives their mobile number, so administrators keep their ids by hand. */
export const superExecutiveRoutes: FastifyPluginAsyncTypebox<{
  prisma: PrismaClient;
  now: () => number;
}> = async (app, { prisma, now }) => {
  app.get(
    '/api/admin/super-executives',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags,
        summary: '超级高管：谁已匹配、何时匹配、最近遇到的故障',
        response: { 200: superExecutives, ...faultResponses },
      },
    },
    () => listSuperExecutives(prisma, now()),
  );

  app.post(
    '/api/admin/super-executives',
    {
      config: { roles: ['ADMIN'] },
      schema: {
        tags,
        summary: '按 id 登记超级高管，一个或多个；有一个不行就都不写入',
        body: request,
        response: { 200: added, ...faultResponses },
      },
    },
    (asked) => addSuperExecutives(prisma, actorOf(asked), asked.body.people, now()),
  );

  app.post(
    '/api/admin/super-executives/:id/remove',
    {
      config: { roles: ['ADMIN'] },
      schema: {
        tags,
        summary: '取消超级高管，可同时停用账号',
        params: strict({ id: uuid }),
        body: removal,
        response: { 200: personOutcome, ...faultResponses },
      },
    },
    (asked) => {
      const { version, disable } = asked.body;
      return changePerson(
        { ...app.accounts, prisma, now },
        actorOf(asked),
        { id: asked.params.id, version },
        ({ isSuperExecutive }) =>
          isSuperExecutive
            ? {
                action: 'super-executive.removed',
                data: { isSuperExecutive: false, ...(disable ? { status: 'DISABLED' } : {}) },
              }
            : null,
      );
    },
  );
};
