import { signedInUser } from '../auth/authenticate.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  sampleEntryCreated,
  sampleEntryPage,
  sampleEntryQuery,
  sampleEntryText,
} from '../contract/sample-entry.ts';
import { routes } from '../plugins/core.ts';
import { createSampleEntry } from './sample-entry.ts';

const tags = ['样例'];

/** 样例, as everybody writes them. */
export const sampleEntryRoutes = routes('sample-entry', ['auth'], async (app) => {
  const entries = createSampleEntry(app.prisma, app.clock.now);
  app.addHook('onRequest', app.authenticate);

  app.get(
    '/api/sample-entry',
    {
      schema: {
        tags,
        summary: '自己写的样例，新的在前，按游标翻页',
        querystring: sampleEntryQuery,
        response: { 200: sampleEntryPage, ...faultResponses },
      },
    },
    (request) => {
      const { cursor = null, limit = 20 } = request.query;
      return entries.listOf(signedInUser(request).id, cursor, limit);
    },
  );

  app.post(
    '/api/sample-entry',
    {
      schema: {
        tags,
        summary: '写一条样例',
        body: sampleEntryText,
        response: { 200: sampleEntryCreated, ...faultResponses },
      },
    },
    async (request) => {
      const id = await entries.create(signedInUser(request).id, request.body);
      return { outcome: 'created' as const, id };
    },
  );
});
