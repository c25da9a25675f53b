import { faultResponses } from '../contract/errors.ts';
import { personOutcome } from '../contract/people.ts';
import { idParams } from '../contract/schema.ts';
import {
  superExecutiveRemoval,
  superExecutives,
  superExecutivesAdded,
  superExecutivesRequest,
} from '../contract/super-executives.ts';
import { changePerson } from '../people/changing.ts';
import { actorOf } from '../people/routes.ts';
import { routes } from '../plugins/core.ts';
import { addSuperExecutives, listSuperExecutives } from './super-executives.ts';

const tags = ['管理：超级高管'];

/** Routes for 超级高管. No API gives their mobile numbers, so administrators enter their ids by hand. */
export const superExecutiveRoutes = routes('super-executives', ['administrators'], async (app) => {
  const { prisma } = app;
  const { now } = app.clock;
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
        body: superExecutivesRequest,
        response: { 200: superExecutivesAdded, ...faultResponses },
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
        params: idParams,
        body: superExecutiveRemoval,
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
});
