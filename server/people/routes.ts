import type { FastifyRequest } from 'fastify';
import { signedInUser } from '../auth/authenticate.ts';
import type { RoleName } from '../contract/auth.ts';
import { bulkOutcome, bulkPreview, bulkRequest, bulkRun } from '../contract/bulk.ts';
import { faultResponses } from '../contract/errors.ts';
import * as contract from '../contract/people.ts';
import { idParams, noBody } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { createBulk } from './bulk.ts';
import type { Actor } from './changing.ts';
import { personHistory } from './history.ts';
import { createPeople } from './people.ts';
import { personDetail } from './person.ts';
import { searchPeople } from './search.ts';

const tags = ['管理：人员'];
const read = { roles: ['ADMIN', 'AUDITOR'] as RoleName[] };
const write = { roles: ['ADMIN'] as RoleName[] };

export const actorOf = (request: FastifyRequest): Actor => ({
  user: signedInUser(request),
  address: request.ip,
});

/** Auditors see no mobile numbers, so their searches do not include them. */
const view = (request: FastifyRequest) => ({ mobiles: signedInUser(request).role === 'ADMIN' });

/** Routes by which administrators find people and change their accounts. */
export const peopleRoutes = routes('people', ['administrators'], async (app) => {
  const { prisma } = app;
  const services = { ...app.accounts, prisma, now: app.clock.now };
  const people = createPeople(services);
  const bulk = createBulk(services);

  app.get(
    '/api/admin/people',
    {
      config: read,
      schema: {
        tags,
        summary: '人员列表：搜索、筛选、排序，新增的在前；人数超过一万时不再往下数',
        querystring: contract.peopleQuery,
        response: { 200: contract.peoplePage, ...faultResponses },
      },
    },
    (request) => searchPeople(prisma, request.query, view(request)),
  );

  app.get(
    '/api/admin/people/:id',
    {
      config: read,
      schema: {
        tags,
        summary: '一个人的账号、绑定和会话',
        params: idParams,
        response: { 200: contract.personDetail, ...faultResponses },
      },
    },
    (request) => personDetail(services, request.params.id),
  );

  app.get(
    '/api/admin/people/:id/history',
    {
      config: read,
      schema: {
        tags,
        summary: '这个人做过的、别人对他做过的操作',
        params: idParams,
        querystring: contract.historyQuery,
        response: { 200: contract.historyPage, ...faultResponses },
      },
    },
    ({ params: { id }, query: { cursor = null, limit = 20 } }) =>
      personHistory(prisma, id, { cursor, limit }),
  );

  app.post(
    '/api/admin/people',
    {
      config: write,
      schema: {
        tags,
        summary: '新增一个人',
        body: contract.personInput,
        response: { 200: contract.personOutcome, ...faultResponses },
      },
    },
    (request) => people.create(actorOf(request), request.body),
  );

  app.post(
    '/api/admin/people/:id/edit',
    {
      config: write,
      schema: {
        tags,
        summary: '修改一个人；没有给出的字段不变',
        params: idParams,
        body: contract.personEdit,
        response: { 200: contract.personOutcome, ...faultResponses },
      },
    },
    (request) => people.edit(actorOf(request), request.params.id, request.body),
  );

  app.post(
    '/api/admin/people/:id/unbind',
    {
      config: write,
      schema: {
        tags,
        summary: '解除绑定；立即结束所有会话',
        params: idParams,
        body: contract.seen,
        response: { 200: contract.personOutcome, ...faultResponses },
      },
    },
    (request) => people.unbind(actorOf(request), { ...request.params, ...request.body }),
  );

  app.post(
    '/api/admin/people/bulk/preview',
    {
      config: write,
      schema: {
        tags,
        summary: '对一个或多个人办理之前：会影响谁；什么也不写入',
        body: bulkRequest,
        response: { 200: bulkPreview, ...faultResponses },
      },
    },
    (request) => bulk.preview(actorOf(request), request.body),
  );

  app.post(
    '/api/admin/people/bulk',
    {
      config: write,
      schema: {
        tags,
        summary: '停用、启用、重置密码、改角色、结束会话：一次最多 1,000 人，全部成功或一个也不改',
        body: bulkRun,
        response: { 200: bulkOutcome, ...faultResponses },
      },
    },
    (request) => bulk.run(actorOf(request), request.body),
  );

  app.post(
    '/api/admin/people/:id/unlock',
    {
      config: write,
      schema: {
        tags,
        summary: '忘掉密码输错的次数，立即可以再试',
        params: idParams,
        body: noBody,
        response: { 200: contract.accountUnlocked, ...faultResponses },
      },
    },
    (request) => people.unlock(actorOf(request), request.params.id),
  );

  app.post(
    '/api/admin/people/:id/mobile',
    {
      config: write,
      schema: {
        tags,
        summary: '查看完整的手机号；写入审计日志',
        params: idParams,
        body: noBody,
        response: { 200: contract.revealedMobile, ...faultResponses },
      },
    },
    async (request) => ({ mobile: await people.revealMobile(actorOf(request), request.params.id) }),
  );
});
