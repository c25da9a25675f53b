import { recordAudit } from '../audit/audit.ts';
import { signedInUser } from '../auth/authenticate.ts';
import { faultResponses } from '../contract/errors.ts';
import { peopleExport } from '../contract/import-export.ts';
import { tableFile } from '../contract/table-file.ts';
import { hideMobiles } from '../people/masked-mobile.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { exportedPeople, exportHead } from './export-people.ts';
import { dated, sendTable } from './table-file.ts';

/** The route for a file of people, which is written while it is sent. */
export const exportRoutes = routes('export', ['administrators'], async (app) => {
  const { prisma } = app;
  app.post(
    '/api/admin/export/people',
    {
      config: { roles: ['ADMIN', 'AUDITOR'] },
      schema: {
        tags: ['管理：导出'],
        summary: '导出人员为 Excel 工作簿或 CSV，筛选和列表相同；导出记入审计日志',
        body: peopleExport,
        response: { 200: tableFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { mobiles = 'masked', format = 'csv', ...filter } = request.body;
      const { id, role } = signedInUser(request);
      if (mobiles === 'full' && role !== 'ADMIN') throw new AppError('FORBIDDEN');
      const { q, ...others } = filter;
      const filters = { ...others, ...(q !== undefined && q !== '' && { q: hideMobiles(q) }) };
      const event = {
        action: 'people.exported',
        actorId: id,
        subject: 'export:people',
        detail: { filters, mobiles, format },
      } as const;
      // Before the first row is sent: an interrupted export was read too.
      await recordAudit(prisma, event, request.ip);
      const view = { searchMobiles: role === 'ADMIN', fullMobiles: mobiles === 'full' };
      const batches = exportedPeople(prisma, filter, view);
      return sendTable(reply, { name: dated('人员', app.clock.now()), head: exportHead, batches }, format);
    },
  );
});
