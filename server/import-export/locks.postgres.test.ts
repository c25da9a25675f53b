import type { BulkPreview } from '../contract/bulk.ts';
import { until } from '../testing/client.ts';
import { bearer, post } from '../testing/http.ts';
import { csvOf, jobOver, previewOf, startOf } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();

/** How many connections of the database wait for a row. */
async function waiting(): Promise<number> {
  const [row] = await pages.server.prisma.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

test('an import that changes an administrator, who disables the importer meanwhile: both are done in turn', async () => {
  const { server } = pages;
  const { prisma } = server;
  await prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'ADMIN' } });
  const last = await prisma.user.create({ data: { username: 'the-last', name: '末' } });
  // The rows of administrators are held in the order of their ids: the importer's comes first.
  const [importer, other] = await prisma.user.findMany({
    where: { role: 'ADMIN' },
    orderBy: { id: 'asc' },
  });
  if (importer === undefined || other === undefined) throw new Error('two administrators are needed');
  const [importing, disabling] = [
    await server.tokenOf(importer.username),
    await server.tokenOf(other.username),
  ];
  const file = csvOf([
    ['用户名', '部门'],
    [other.username, '新部门'],
    [last.username, '新部门'],
  ]);
  const { token } = await previewOf(server, file, importing);
  const disable = { deed: 'disable', ids: [importer.id] };
  const preview = await post(server, '/api/admin/people/bulk/preview', disable, bearer(disabling));
  const shown = preview.json<BulkPreview>();

  let answer: ReturnType<typeof post> | undefined;
  let jobId = '';
  await prisma.$transaction(
    async (tx) => {
      // The import waits here in the middle, with a lock on the other administrator's row.
      await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${last.id}::uuid FOR UPDATE`;
      const started = await startOf(server, file, importing, { token: token ?? '' });
      if (started.outcome !== 'started') throw new Error(JSON.stringify(started));
      jobId = started.jobId;
      await until(async () => (await waiting()) === 1, 10_000, 'the import waits');
      // It has locked all administrators: nobody can lock one of them and wait for another.
      const free = await tx.$queryRaw`SELECT username FROM users WHERE role = 'ADMIN' FOR UPDATE SKIP LOCKED`;
      expect(free).toEqual([]);
      answer = post(server, '/api/admin/people/bulk', { ...disable, token: shown.token }, bearer(disabling));
      await until(async () => (await waiting()) === 2, 10_000, 'the other administrator waits');
    },
    { timeout: 30_000 },
  );
  expect((await answer)?.json()).toMatchObject({ outcome: 'done', changed: 1 });
  expect(await jobOver(server, jobId, disabling)).toMatchObject({ status: 'done', failure: null });
  expect(await prisma.user.findUnique({ where: { id: other.id } })).toMatchObject({ department: '新部门' });
});
