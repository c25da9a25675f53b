import type { ImportStart } from '../contract/import-export.ts';
import { build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { get } from '../testing/http.ts';
import { csvOf, importFile, jobOver, previewOf, type Rows, startImport, startOf } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();
const { person, run } = pages;

describe('a running import', () => {
  const many: Rows = [['用户名', '姓名'], ...Array.from({ length: 60 }, (_, at) => [`many${at}`, '多'])];

  const query = { generatePasswords: 'true' };
  const startMany = () => startImport(pages.server, csvOf(many), pages.admin, query);

  test('makes a second one wait; it writes nothing if a person is added meanwhile', async () => {
    const jobId = await startMany();
    const other = csvOf([
      ['用户名', '姓名'],
      ['second', '二'],
    ]);
    const { token } = await previewOf(pages.server, other, pages.admin);
    expect(await startOf(pages.server, other, pages.admin, { token: token ?? '' })).toEqual({
      outcome: 'busy',
      by: '管理员',
      since: expect.any(String),
    });
    await pages.server.prisma.user.create({ data: { username: 'many7', name: '先来的' } });
    const job = await jobOver(pages.server, jobId, pages.admin);
    expect(job).toMatchObject({
      status: 'broken',
      failure: expect.stringMatching(/有人改动/),
      result: 'none',
    });
    expect(await pages.server.prisma.user.count({ where: { name: '多' } })).toBe(0);
    expect(await importFile(pages.server, other, pages.admin)).toMatchObject({ status: 'done' });
    await pages.server.prisma.user.delete({ where: { username: 'many7' } });
  });

  test.each([
    ['is changed', 'zhangsan', ['导入的名字', ''], { department: '别人改的' }],
    ['signs in by the id that the file takes away', 'lisi', ['李四', '270777'], { boundAt: new Date() }],
  ])(
    'does not overwrite a person who %s meanwhile, and writes nobody else',
    async (_, username, cells, data) => {
      await pages.server.prisma.user.update({ where: { username: 'lisi' }, data: { dingUserId: '270702' } });
      const before = await person(username);
      const rows = [['用户名', '姓名', '平台账号 id'], ...many.slice(1), [username, ...cells]];
      const jobId = await startImport(pages.server, csvOf(rows), pages.admin, query);
      await pages.server.prisma.user.update({ where: { username }, data });
      expect(await jobOver(pages.server, jobId, pages.admin)).toMatchObject({
        status: 'broken',
        failure: expect.stringMatching(/有人改动/),
      });
      expect(await person(username)).toMatchObject({ ...before, ...data, updatedAt: expect.any(Date) });
      expect(await pages.server.prisma.user.count({ where: { name: '多' } })).toBe(0);
    },
  );

  test('writes nothing if its owner is no longer an administrator', async () => {
    const jobId = await startMany();
    await pages.server.prisma.user.update({ where: { id: pages.adminId }, data: { role: 'USER' } });
    await until(
      async () =>
        (await pages.server.prisma.importJob.findUniqueOrThrow({ where: { id: jobId } })).status === 'BROKEN',
      30_000,
      'the import is broken off',
    );
    await pages.server.prisma.user.update({ where: { id: pages.adminId }, data: { role: 'ADMIN' } });
    const again = await pages.server.tokenOf('admin');
    expect(await jobOver(pages.server, jobId, again)).toMatchObject({
      failure: expect.stringMatching(/管理员角色/),
    });
    expect(await pages.server.prisma.user.count({ where: { name: '多' } })).toBe(0);
  });

  test('writes nothing if another process has declared it dead', async () => {
    const jobId = await startMany();
    await pages.server.prisma.importJob.update({
      where: { id: jobId },
      data: { status: 'BROKEN', failure: 'STOPPED' },
    });
    const other = csvOf([
      ['用户名', '姓名'],
      ['third', '三'],
    ]);
    const { token } = await previewOf(pages.server, other, pages.admin);
    // Over once the lock is free.
    let next: ImportStart | undefined;
    await until(
      async () => {
        next = await startOf(pages.server, other, pages.admin, { token: token ?? '' });
        return next.outcome === 'started';
      },
      30_000,
      'the import has ended',
    );
    if (next?.outcome !== 'started') throw new Error(JSON.stringify(next));
    expect(await jobOver(pages.server, next.jobId, pages.admin)).toMatchObject({ status: 'done' });
    expect(await pages.server.prisma.user.count({ where: { name: '多' } })).toBe(0);
    expect(await jobOver(pages.server, jobId, pages.admin)).toMatchObject({
      failure: expect.stringMatching(/中断/),
    });
  });

  test('writes nothing if it is declared dead at the very end', async () => {
    const { prisma } = pages.server;
    await prisma.$executeRawUnsafe(`
      CREATE FUNCTION bury() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE import_jobs SET status = 'BROKEN' WHERE status = 'RUNNING'; RETURN NULL; END $$`);
    await prisma.$executeRawUnsafe(`
      CREATE TRIGGER buries AFTER INSERT ON audit_log FOR EACH ROW
      WHEN (NEW.action = 'people.imported') EXECUTE FUNCTION bury()`);
    const job = await run([
      ['用户名', '姓名'],
      ['buried', '埋'],
    ]);
    await prisma.$executeRawUnsafe('DROP TRIGGER buries ON audit_log');
    expect(job).toMatchObject({ status: 'broken', result: 'none' });
    expect(await person('buried')).toBeNull();
  });

  test('is shown as broken some time after its process died', async () => {
    const dead = await pages.server.prisma.importJob.create({
      data: {
        actorId: pages.adminId,
        fileHash: '',
        rows: 1,
        created: 1,
        changed: 0,
        unchanged: 0,
        seenAt: new Date(Date.now() - 31_000),
      },
    });
    const { items } = (await get(pages.server, '/api/admin/import/jobs', pages.admin)).json();
    expect(items.find(({ id }: { id: string }) => id === dead.id)).toMatchObject({
      status: 'broken',
      failure: '导入中断了：服务停止或重启过。没有写入任何内容，请重新选择文件导入。',
    });
  });

  test('is ended by a stop of the server, and writes nothing', async () => {
    const other = await build({ database: pages.server.database, emulator: pages.server.emulator });
    const token = await other.tokenOf('admin');
    const jobId = await startImport(other, csvOf(many), token, query);
    await other.close();
    expect(await jobOver(pages.server, jobId, pages.admin)).toMatchObject({
      status: 'broken',
      failure: expect.stringMatching(/服务停止/),
    });
    expect(await pages.server.prisma.user.count({ where: { name: '多' } })).toBe(0);
  });
});
