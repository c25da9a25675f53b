import { signedInUser } from '../auth/authenticate.ts';
import {
  type AuditEntry,
  type AuditFilters,
  auditActions,
  auditExport,
  auditPage,
  auditQuery,
} from '../contract/audit.ts';
import { faultResponses } from '../contract/errors.ts';
import { tableFile } from '../contract/table-file.ts';
import { dated, sendTable } from '../import-export/table-file.ts';
import { hideMobiles } from '../people/masked-mobile.ts';
import { routes } from '../plugins/core.ts';
import { recordAudit } from './audit.ts';
import { describeRows } from './describe.ts';
import { keepRetention } from './retention.ts';
import { type RowPage, searchAudit } from './search.ts';
import { actionNames, beijingTime } from './words.ts';

const tags = ['管理：审计日志'];
const config = { roles: ['ADMIN', 'AUDITOR'] as const };

const exportBatch = 1000;
const exportHead = [
  '时间（北京时间）',
  '操作人',
  '用户名',
  '操作',
  '对象',
  '来源地址',
  '改动',
  '其他',
  '编号',
];

/** Routes that read the audit log. None writes or deletes in it; a job deletes old entries. */
export const auditRoutes = routes('audit', ['administrators', 'jobs'], async (app) => {
  const { prisma } = app;
  keepRetention(app);

  async function* entries(wanted: AuditFilters): AsyncGenerator<string[][]> {
    let cursor: string | null = null;
    do {
      const page: RowPage = await searchAudit(prisma, wanted, cursor, exportBatch);
      yield (await describeRows(prisma, page.rows)).map(exportRow);
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  app.get(
    '/api/admin/audit',
    {
      config,
      schema: {
        tags,
        summary: '审计日志，新的在前，按游标翻页',
        querystring: auditQuery,
        response: { 200: auditPage, ...faultResponses },
      },
    },
    async (request) => {
      const { cursor, limit = 50, ...wanted } = request.query;
      const { rows, nextCursor } = await searchAudit(prisma, wanted, cursor || null, limit);
      return { items: await describeRows(prisma, rows), nextCursor };
    },
  );

  app.get(
    '/api/admin/audit/actions',
    {
      config,
      schema: {
        tags,
        summary: '可以筛选的操作，和日志保留的天数',
        response: { 200: auditActions, ...faultResponses },
      },
    },
    async () => ({
      items: Object.entries(actionNames).map(([action, name]) => ({ action, name })),
      retentionDays: app.config.auditRetentionDays,
    }),
  );

  app.post(
    '/api/admin/audit/export',
    {
      config,
      schema: {
        tags,
        summary: '导出审计日志为 Excel 工作簿或 CSV；导出本身也记入日志',
        body: auditExport,
        response: {
          200: tableFile,
          ...faultResponses,
        },
      },
    },
    async (request, reply) => {
      const { format = 'csv', ...wanted } = request.body;
      // Only entries up to now: an export in a busy hour must end, and must not contain itself.
      const ends = Math.min(
        Date.now(),
        wanted.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(wanted.to),
      );
      const filters = Object.fromEntries(
        Object.entries(wanted).map(([name, value]) => [name, hideMobiles(value)]),
      );
      const event = {
        action: 'audit.exported',
        actorId: signedInUser(request).id,
        subject: 'export:audit',
        detail: { filters, format },
      } as const;
      await recordAudit(prisma, event, request.ip);
      const batches = entries({ ...wanted, to: new Date(ends).toISOString() });
      const name = dated('审计日志', app.clock.now());
      return sendTable(reply, { name, head: exportHead, batches }, format);
    },
  );
});

function exportRow({ id, at, actor, actionName, subject, address, changes, facts }: AuditEntry): string[] {
  return [
    beijingTime(new Date(at)),
    actor?.name ?? '',
    actor?.username ?? '',
    actionName,
    subject?.text ?? '',
    address ?? '',
    changes.map(({ field, before, after }) => `${field}：${before ?? '无'} → ${after ?? '无'}`).join('；'),
    facts.map(({ name, value }) => `${name}：${value}`).join('；'),
    id,
  ];
}
