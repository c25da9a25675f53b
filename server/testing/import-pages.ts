import type { ImportJobView, ImportPreview } from '../contract/import-export.ts';
import type { User } from '../database/generated/client.ts';
import { importLock } from '../import-export/import.ts';
import { whileAlone } from '../jobs/run-lock.ts';
import { type Built, build } from './build.ts';
import { until } from './client.ts';
import { bearer, rowCounts } from './http.ts';
import { csvOf, decodeCsv, importFile, previewOf, type Rows } from './import.ts';

/** The result file of an import: its lines without their ends, the heading first. */
export interface ResultFile {
  status: number;
  lines: string[];
}

/** The import's page as an administrator uses it. */
export interface ImportPages {
  /** From `beforeAll` on; the same for all tests of a file. */
  readonly server: Built;
  /** The administrator's token: signed in anew for each test. */
  readonly admin: string;
  readonly adminId: string;
  person(username: string): Promise<User | null>;
  /** All that a preview, or an import that is refused, must not change. */
  everything(): Promise<object>;
  preview(rows: Rows, query?: Record<string, string>): Promise<ImportPreview>;
  /** Previews, starts, and waits for the end. */
  run(rows: Rows, query?: Record<string, string>): Promise<ImportJobView>;
  /** @param token the administrator's by default */
  resultOf(jobId: string, token?: string, format?: 'csv' | 'csv-gb18030'): Promise<ResultFile>;
  /** Waits until the generated passwords of an import are not kept any more. */
  passwordsGone(jobId: string): Promise<void>;
}

/** Registers the hooks that start a server; each test ends when no import runs any more. */
export function prepareImport(): ImportPages {
  let server: Built;
  let admin = '';
  let adminId = '';

  beforeAll(async () => {
    server = await build();
    adminId = (await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } })).id;
  });
  afterAll(() => server?.close());

  beforeEach(async () => {
    admin = await server.tokenOf('admin');
  });
  afterEach(async () => {
    const { database } = server;
    const isFree = async () => (await whileAlone(database, importLock, async () => true)) !== null;
    await until(isFree, 30_000, 'no import runs');
  });

  return {
    get server() {
      return server;
    },
    get admin() {
      return admin;
    },
    get adminId() {
      return adminId;
    },
    person: (username) => server.prisma.user.findUnique({ where: { username } }),
    async everything() {
      const { prisma } = server;
      const users = await prisma.user.findMany({ orderBy: { username: 'asc' } });
      return { users, counts: { ...(await rowCounts(prisma)), jobs: await prisma.importJob.count() } };
    },
    preview: (rows, query) => previewOf(server, csvOf(rows), admin, query),
    run: (rows, query) => importFile(server, csvOf(rows), admin, query),
    async resultOf(jobId, token = admin, format = 'csv') {
      const response = await server.app.inject({
        method: 'POST',
        url: `/api/admin/import/jobs/${jobId}/result?format=${format}`,
        headers: bearer(token),
      });
      if (response.statusCode !== 200) return { status: response.statusCode, lines: [] };
      const decoded = decodeCsv(response.rawPayload);
      if ('problem' in decoded) throw new Error(decoded.problem);
      expect(decoded.encoding).toBe(format === 'csv' ? 'utf-8-bom' : 'gb18030');
      return { status: 200, lines: decoded.text.split('\r\n').slice(0, -1) };
    },
    async passwordsGone(id) {
      await until(
        async () => (await server.prisma.importJob.findUniqueOrThrow({ where: { id } })).passwords === null,
        10_000,
        'the passwords are gone',
      );
    },
  };
}
