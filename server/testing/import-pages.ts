import type { ImportJobView, ImportPreview } from '../contract/import-export.ts';
import type { User } from '../database/generated/client.ts';
import { importLock } from '../import-export/import.ts';
import { whileAlone } from '../jobs/run-lock.ts';
import { type Built, build } from './build.ts';
import { until } from './client.ts';
import { bearer, rowCounts } from './http.ts';
import { csvOf, decodeCsv, importFile, previewOf, type Rows } from './import.ts';

export type ImportPages = ReturnType<typeof prepareImport>;

/**
 * The import's page as an administrator uses it, for the tests of a file. Registers the hooks that start a server and
 * sign the administrator in for each test; each test ends when no import runs.
 */
export function prepareImport() {
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
    get server(): Built {
      return server;
    },
    /** The administrator's token. */
    get admin(): string {
      return admin;
    },
    get adminId(): string {
      return adminId;
    },
    person: (username: string): Promise<User | null> =>
      server.prisma.user.findUnique({ where: { username } }),
    /** Everything that a preview, or a refused import, must not change. */
    async everything(): Promise<object> {
      const { prisma } = server;
      const users = await prisma.user.findMany({ orderBy: { username: 'asc' } });
      return { users, counts: { ...(await rowCounts(prisma)), jobs: await prisma.importJob.count() } };
    },
    preview: (rows: Rows, query?: Record<string, string>): Promise<ImportPreview> =>
      previewOf(server, csvOf(rows), admin, query),
    /** Previews, starts, and waits for the end. */
    run: (rows: Rows, query?: Record<string, string>): Promise<ImportJobView> =>
      importFile(server, csvOf(rows), admin, query),
    /** The result file: its lines, the heading first. @param token the administrator's by default */
    async resultOf(
      jobId: string,
      token = admin,
      format: 'csv' | 'csv-gb18030' = 'csv',
    ): Promise<{ status: number; lines: string[] }> {
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
    /** Waits until the generated passwords of an import are deleted. */
    async passwordsGone(id: string): Promise<void> {
      await until(
        async () => (await server.prisma.importJob.findUniqueOrThrow({ where: { id } })).passwords === null,
        10_000,
        'the passwords are gone',
      );
    },
  };
}
