import { finished } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { signedInUser } from '../auth/authenticate.ts';
import { importLimit } from '../config/limits.ts';
import { type CsvEncoding, csvFile } from '../contract/csv.ts';
import { faultResponses } from '../contract/errors.ts';
import {
  csvQuery,
  csvUpload,
  importGuide,
  importJob,
  importJobs,
  importPreview,
  importStart,
  previewQuery,
  startQuery,
} from '../contract/import-export.ts';
import { idParams, noBody } from '../contract/schema.ts';
import { createSealing } from '../database/sealing.ts';
import { routes } from '../plugins/core.ts';
import { AppError } from '../plugins/errors.ts';
import { guideColumns, templateHeadings } from './columns.ts';
import { csvHeaders, csvLines, encodeCsv } from './csv.ts';
import { createImports, type ImportRequest } from './import.ts';
import { maxRows } from './parse.ts';
import { takeResult } from './result.ts';

const tags = ['管理：导入'];
const config = { roles: ['ADMIN'] as const };
const sweepEveryMs = 3_600_000;

/** People from a CSV file: preview, import, progress, result. */
export const importRoutes = routes('import', ['administrators', 'jobs'], async (app) => {
  const { database, accounts, jobs, log } = app;
  const sealing = createSealing(app.config.secretKey);
  const imports = createImports({ database, accounts, sealing, jobs, logger: log, now: app.clock.now });
  jobs.every('imports-sweep', sweepEveryMs, imports.jobs.sweep);

  // In a scope of its own, which takes CSV and nothing else; the others take JSON and nothing else. Browsers ask
  // before they post this type for another site's page, as they do for JSON.
  await app.register(async (uploads: typeof app) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: importLimit }, (_, body, done) =>
      done(null, body),
    );

    uploads.post(
      '/api/admin/import/preview',
      {
        config,
        bodyLimit: importLimit,
        schema: {
          tags,
          summary: '预览：检查文件，说明会新增、更新谁；什么也不写入',
          consumes: ['text/csv'],
          querystring: previewQuery,
          body: csvUpload,
          response: { 200: importPreview, ...faultResponses },
        },
      },
      (request) => imports.preview(uploadOf(request, request.query.generatePasswords ?? false)),
    );

    uploads.post(
      '/api/admin/import/start',
      {
        config,
        bodyLimit: importLimit,
        schema: {
          tags,
          summary: '开始导入：再提交一次同一个文件，带上预览给的 token',
          consumes: ['text/csv'],
          querystring: startQuery,
          body: csvUpload,
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
        summary: '下载模板，只有列名',
        querystring: csvQuery,
        response: { 200: csvFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { encoding = 'utf-8' } = request.query;
      return sendCsv(reply, '人员导入模板', csvLines([templateHeadings]), encoding);
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
        querystring: csvQuery,
        body: noBody,
        response: { 200: csvFile, ...faultResponses },
      },
    },
    async (request, reply) => {
      const { encoding = 'utf-8' } = request.query;
      const asking = { id: signedInUser(request).id, address: request.ip };
      const result = await takeResult(database.prisma, sealing, request.params.id, asking);
      if (result === null) throw new AppError('NOT_FOUND');
      finished(reply.raw, (error) => {
        result
          .handedOver(!error)
          .catch((err: unknown) => request.log.warn({ err }, 'passwords of an import not removed'));
      });
      return sendCsv(reply, '人员导入结果', result.text, encoding);
    },
  );
});

function uploadOf(request: FastifyRequest, generatePasswords: boolean): ImportRequest {
  if (!Buffer.isBuffer(request.body)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  return {
    bytes: request.body,
    options: { generatePasswords },
    actor: signedInUser(request),
    address: request.ip,
  };
}

function sendCsv(reply: FastifyReply, name: string, text: string, encoding: CsvEncoding): FastifyReply {
  return reply.headers(csvHeaders(name, encoding)).send(encodeCsv(text, encoding));
}
