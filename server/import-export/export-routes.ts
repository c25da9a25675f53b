import { Readable } from 'node:stream';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import { csvEncoding, csvFile } from '../contract/csv-schemas.ts';
import type { PeopleExport } from '../contract/export.ts';
import { contractSchema, faultResponses, strict } from '../contract/schema.ts';
import type { PrismaClient } from '../database/database.ts';
import { hideMobiles } from '../people/masked-mobile.ts';
import { countQuery } from '../people/schemas.ts';
import { AppError } from '../plugins/app-error.ts';
import { csvHeaders, csvStream } from './csv.ts';
import { exportedPeople, exportHead } from './export-people.ts';

const peopleExport = contractSchema<PeopleExport>()(
  strict({
    ...countQuery.properties,
    mobiles: Type.Optional(
      Type.Enum(['masked', 'full'], {
        description: 'masked 隐藏中间四位（默认）；full 完整号码，只限管理员',
      }),
    ),
    encoding: Type.Optional(csvEncoding),
  }),
);

/** People as a CSV file, written while it is sent. */
export const exportRoutes: FastifyPluginAsyncTypebox<{ prisma: PrismaClient }> = async (app, { prisma }) => {
  app.post(
    '/api/admin/export/people',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags: ['管理：导出'],
        summary: '导出人员为 CSV，筛选和列表相同；导出记入审计日志',
        body: peopleExport,
        response: { 200: csvFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { mobiles = 'masked', encoding = 'utf-8', ...filter } = request.body;
      const { id, role } = signedInUser(request);
      if (mobiles === 'full' && role !== 'ADMIN') throw new AppError('FORBIDDEN');
      const { q, ...others } = filter;
      const filters = { ...others, ...(q !== undefined && q !== '' && { q: hideMobiles(q) }) };
      const event = {
        action: 'people.exported',
        actorId: id,
        subject: 'export:people',
        detail: { filters, mobiles, encoding },
      } as const;
      // Before the first row leaves: an export that breaks off has been read too.
      await recordAudit(prisma, event, request.ip);
      const view = { searchMobiles: role === 'ADMIN', fullMobiles: mobiles === 'full' };
      const rows = csvStream(exportHead, exportedPeople(prisma, filter, view), encoding);
      return reply.headers(csvHeaders('人员', encoding)).send(Readable.from(rows, { objectMode: false }));
    },
  );
};
