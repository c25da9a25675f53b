import { Readable } from 'node:stream';
import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import { csvFile } from '../contract/csv.ts';
import { faultResponses } from '../contract/errors.ts';
import { peopleExport } from '../contract/import-export.ts';
import { hideMobiles } from '../people/masked-mobile.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { csvHeaders, csvStream } from './csv.ts';
import { exportedPeople, exportHead } from './export-people.ts';

/** People as a CSV file, written while it is sent. */
export const exportRoutes = routes('export', ['administrators'], async (app) => {
  const { prisma } = app;
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
});
