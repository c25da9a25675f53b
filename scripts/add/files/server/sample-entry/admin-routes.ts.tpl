import { signedInUser } from '../auth/authenticate.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  adminSampleEntryQuery,
  sampleEntryDone,
  sampleEntryRows,
  sampleEntrySaved,
} from '../contract/sample-entry.ts';
import { idParams } from '../contract/schema.ts';
import { routes } from '../plugins/core.ts';
import { createSampleEntry } from './sample-entry.ts';

const tags = ['管理：样例'];

/** 样例, as administrators work on them; auditors read. */
export const adminSampleEntryRoutes = routes('admin-sample-entry', ['administrators'], async (app) => {
  const entries = createSampleEntry(app.prisma, app.clock.now);

  app.get(
    '/api/admin/sample-entry',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags,
        summary: '所有人写的样例，新的在前，可排序',
        querystring: adminSampleEntryQuery,
        response: { 200: sampleEntryRows, ...faultResponses },
      },
    },
    ({ query: { state, search = '', page = 1, limit = 20, sort = '-createdAt' } }) =>
      entries.listAll({ state, search: search.trim(), page, limit, sort }),
  );

  app.post(
    '/api/admin/sample-entry/:id/done',
    {
      config: { roles: ['ADMIN'] },
      schema: {
        tags,
        summary: '标为已处理，或重新打开；重复调用没有变化',
        params: idParams,
        body: sampleEntryDone,
        response: { 200: sampleEntrySaved, ...faultResponses },
      },
    },
    async (request) => {
      const by = { actorId: signedInUser(request).id, address: request.ip };
      const row = await entries.setDone(request.params.id, request.body.done, by);
      return { outcome: 'saved' as const, row };
    },
  );
});
