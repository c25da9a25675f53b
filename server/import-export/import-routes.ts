import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { signedInUser } from '../auth/authenticate.ts';
import { importLimit } from '../config/limits.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  fileQuery,
  fileUpload,
  importGuide,
  importJob,
  importJobs,
  importPreview,
  importStart,
  previewQuery,
  startQuery,
} from '../contract/import-export.ts';
import { idParams, noBody } from '../contract/schema.ts';
import { tableFile, workbookType } from '../contract/table-file.ts';
import { createSealing } from '../database/sealing.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { guideColumns, templateColumns, templateHeadings } from './columns.ts';
import { createImports, type ImportRequest } from './import.ts';
import { takeResult } from './result.ts';
import { maxRows } from './source.ts';
import { dated, sendTable } from './table-file.ts';
import { receiveFile } from './upload.ts';

const tags = ['管理：导入'];
const config = { roles: ['ADMIN'] as const };
const sweepEveryMs = 3_600_000;
/** The most uploads at a time in one process: one is read, the others wait; each has at most 10 MB. */
const mostFiles = 4;

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether this request counts as a current upload. */
    holdsFile: boolean;
  }
}

/** Routes of an import of people: preview, start, progress, result. */
export const importRoutes = routes('import', ['administrators', 'jobs'], async (app) => {
  const { database, accounts, jobs, log } = app;
  const sealing = createSealing(app.config.secretKey);
  const imports = createImports({ database, accounts, sealing, jobs, logger: log, now: app.clock.now });
  app.addHook('onClose', imports.close);
  jobs.every('imports-sweep', sweepEveryMs, imports.jobs.sweep, {
    title: '清理导入的结果和没取走的初始密码',
  });

  // A scope that accepts only files; all others accept only JSON. For these types, as for JSON, browsers ask first
  // before they post for another site's page.
  await app.register(async (uploads: typeof app) => {
    // Checked for administrators and before the body is read: it limits the files in memory.
    let files = 0;
    const onRequest = async (request: FastifyRequest) => {
      if (files >= mostFiles) throw new AppError('SERVER_BUSY');
      files += 1;
      request.holdsFile = true;
    };
    uploads.addHook('onResponse', async (request) => {
      if (request.holdsFile) files -= 1;
    });
    uploads.decorateRequest('holdsFile', false);
    uploads.removeAllContentTypeParsers();
    // The bytes of a file decide which type it is.
    uploads.addContentTypeParser(['text/csv', workbookType], (_: FastifyRequest, body: IncomingMessage) =>
      receiveFile(body),
    );

    uploads.post(
      '/api/admin/import/preview',
      {
        config,
        onRequest,
        schema: {
          tags,
          summary: '预览：检查文件，说明会新增、更新谁；什么也不写入',
          consumes: ['text/csv', workbookType],
          querystring: previewQuery,
          body: fileUpload,
          response: { 200: importPreview, ...faultResponses },
        },
      },
      (request) => imports.preview(uploadOf(request, request.query.generatePasswords ?? false)),
    );

    uploads.post(
      '/api/admin/import/start',
      {
        config,
        onRequest,
        schema: {
          tags,
          summary: '开始导入：再提交一次同一个文件，带上预览给的 token',
          consumes: ['text/csv', workbookType],
          querystring: startQuery,
          body: fileUpload,
          response: { 200: importStart, ...faultResponses },
        },
      },
      (request) => {
        const { generatePasswords = false, token } = request.query;
        return imports.start({ ...uploadOf(request, generatePasswords), token });
      },
    );
  });

  app.get(
    '/api/admin/import/guide',
    {
      config,
      schema: {
        tags,
        summary: '文件的要求：列、大小、行数',
        response: { 200: importGuide, ...faultResponses },
      },
    },
    async () => ({ maxBytes: importLimit, maxRows, columns: guideColumns }),
  );

  app.get(
    '/api/admin/import/template',
    {
      config,
      schema: {
        tags,
        summary: '下载模板；工作簿里有说明，能选的列有下拉列表',
        querystring: fileQuery,
        response: { 200: tableFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const look = { columns: templateColumns, rows: maxRows };
      const table = { name: '人员导入模板', head: templateHeadings, batches: [], look };
      return sendTable(reply, table, request.query.format ?? 'csv');
    },
  );

  app.get(
    '/api/admin/import/jobs',
    { config, schema: { tags, summary: '最近的导入', response: { 200: importJobs, ...faultResponses } } },
    async (request) => ({ items: await imports.jobs.latest(signedInUser(request).id) }),
  );

  app.get(
    '/api/admin/import/jobs/:id',
    {
      config,
      schema: {
        tags,
        summary: '一次导入的进度',
        params: idParams,
        response: { 200: importJob, ...faultResponses },
      },
    },
    async (request) => {
      const job = await imports.jobs.find(request.params.id, signedInUser(request).id);
      if (job === null) throw new AppError('NOT_FOUND');
      return job;
    },
  );

  app.post(
    '/api/admin/import/jobs/:id/result',
    {
      config,
      schema: {
        tags,
        summary: '下载结果；生成的初始密码只在发起人第一次下载时有',
        params: idParams,
        querystring: fileQuery,
        body: noBody,
        response: { 200: tableFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const asking = { id: signedInUser(request).id, address: request.ip };
      const result = await takeResult(database.prisma, sealing, request.params.id, asking);
      if (result === null) throw new AppError('NOT_FOUND');
      finished(reply.raw, (error) => {
        result
          .handedOver(!error)
          .catch((err: unknown) => request.log.warn({ err }, 'passwords of an import not removed'));
      });
      const name = dated('人员导入结果', app.clock.now());
      return sendTable(reply, { name, ...result.table }, request.query.format ?? 'csv');
    },
  );
});

function uploadOf(request: FastifyRequest, generatePasswords: boolean): ImportRequest {
  if (!Array.isArray(request.body)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  return {
    file: request.body,
    options: { generatePasswords },
    actor: signedInUser(request),
    address: request.ip,
  };
}
