import net from 'node:net';
import type { ImportJobView, ImportPreview, ImportStart } from '../contract/import-export.ts';
import { call, until } from '../testing/client.ts';
import { csvOf } from '../testing/import.ts';
import { killProcesses, prepareProcesses, type ServerProcess } from '../testing/processes.ts';

/** Imports of several processes on one database, and processes and connections that die under them. */

const people = 6000;
const many = csvOf([
  ['用户名', '姓名'],
  ...Array.from({ length: people }, (_, at) => [`many${at}`, '多']),
  ['lisi', '改过的'],
]);
const few = csvOf([
  ['用户名', '姓名'],
  ['few', '少'],
]);

const here = prepareProcesses();

beforeAll(async () => {
  // Makes an import slow enough to be interrupted in the middle.
  await here.database.prisma.$executeRawUnsafe(`
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF (SELECT count(*) > 100 FROM added) THEN PERFORM pg_sleep(0.5); END IF; RETURN NULL; END $$`);
  await here.database.prisma.$executeRawUnsafe(
    'CREATE TRIGGER takes_time AFTER INSERT ON users REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION take_time()',
  );
});
afterEach(killProcesses);

interface Signed {
  server: ServerProcess;
  token: string;
}

async function start(): Promise<Signed> {
  const server = await here.start();
  return { server, token: await here.signIn(server, 'admin') };
}

async function upload<T>({ server, token }: Signed, path: string, bytes: Buffer): Promise<T> {
  const response = await fetch(`${server.url}/api/admin/import/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${token}` },
    body: new Uint8Array(bytes),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as T;
}

async function startImport(signed: Signed, bytes: Buffer): Promise<ImportStart> {
  const { token } = await upload<ImportPreview>(signed, 'preview', bytes);
  return upload<ImportStart>(signed, `start?token=${token}`, bytes);
}

async function started(signed: Signed, bytes: Buffer): Promise<string> {
  const outcome = await startImport(signed, bytes);
  if (outcome.outcome !== 'started') throw new Error(JSON.stringify(outcome));
  return outcome.jobId;
}

async function view({ server, token }: Signed, id: string): Promise<ImportJobView> {
  const { body } = await call(`${server.url}/api/admin/import/jobs/${id}`, { token });
  return body as unknown as ImportJobView;
}

/** Waits until some of the people are written, and not all. */
const halfWay = (id: string) =>
  until(
    async () => {
      const job = await here.database.prisma.importJob.findUniqueOrThrow({ where: { id } });
      return job.status === 'RUNNING' && job.phase === 'writing' && job.done > 0 && job.done < job.total;
    },
    30_000,
    'the import is half way',
  );

const over = (signed: Signed, id: string) =>
  until(async () => (await view(signed, id)).status !== 'running', 60_000, 'the import is over');

async function expectNothingWritten(): Promise<void> {
  expect(await here.database.prisma.user.count({ where: { name: '多' } })).toBe(0);
  expect(await here.database.prisma.user.count({ where: { name: '改过的' } })).toBe(0);
  expect(await here.database.prisma.auditLog.count({ where: { action: 'person.imported' } })).toBe(0);
}

async function endConnections(condition: string): Promise<number> {
  return here.database.prisma.$executeRawUnsafe(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
  );
}

test('a process that is killed half way leaves nothing, other processes say so, and the next import works', async () => {
  const first = await start();
  const second = await start();
  const jobId = await started(first, many);
  await halfWay(jobId);
  await first.server.kill();
  await expectNothingWritten();

  // No other import counts as running: the dead process has no lock.
  const small = await started(second, few);
  await over(second, small);
  expect(await view(second, small)).toMatchObject({ status: 'done', created: 1 });
  expect(await view(second, jobId)).toMatchObject({
    status: 'broken',
    failure: expect.stringMatching(/中断.*没有写入任何内容/),
    result: 'none',
  });
  expect(await here.database.prisma.user.count({ where: { name: '多' } })).toBe(0);
  await here.database.prisma.user.delete({ where: { username: 'few' } });
});

test('a graceful stop does not wait for the whole import, and leaves nothing', async () => {
  const first = await start();
  const second = await start();
  const jobId = await started(first, many);
  await halfWay(jobId);
  expect(await first.server.stop()).toBe(0);
  expect(await view(second, jobId)).toMatchObject({ status: 'broken' });
  expect(await here.database.prisma.user.count({ where: { name: '多' } })).toBe(0);
});

test.each([
  [
    'of the transaction',
    // Found by the lock that it holds to its end.
    `pid IN (SELECT pid FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'RowExclusiveLock')`,
  ],
  ['of the lock', `application_name = 'miniapp-migrations'`],
])('a lost connection %s leaves nothing, and the job is broken', async (_, condition) => {
  const signed = await start();
  const jobId = await started(signed, many);
  await halfWay(jobId);
  expect(await endConnections(condition)).toBeGreaterThan(0);
  await over(signed, jobId);
  expect(await view(signed, jobId)).toMatchObject({ status: 'broken', result: 'none' });
  expect(await here.database.prisma.user.count({ where: { name: '多' } })).toBe(0);
});

test('of two instances one imports, and the other names the importer', async () => {
  const first = await start();
  const second = await start();
  const jobId = await started(first, many);
  expect(await startImport(second, few)).toEqual({
    outcome: 'busy',
    by: '管理员',
    since: expect.any(String),
  });
  // The other instance sees how far it is.
  await halfWay(jobId);
  const seen = await view(second, jobId);
  expect(seen).toMatchObject({ status: 'running', phase: 'writing', total: people + 1 });
  expect(seen.done).toBeGreaterThan(0);
  await over(second, jobId);
  expect(await view(second, jobId)).toMatchObject({ status: 'done', created: people, changed: 1 });
  expect(await here.database.prisma.user.count({ where: { name: '多' } })).toBe(people);
  expect(
    await here.database.prisma.auditLog.count({ where: { detail: { path: ['import'], equals: jobId } } }),
  ).toBe(people + 1);
});

test('an interrupted upload changes nothing, and the server works on', async () => {
  const signed = await start();
  const { port } = new URL(signed.server.url);
  const before = await here.database.prisma.importJob.count();
  await new Promise<void>((resolve) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => {
      socket.write(
        `POST /api/admin/import/start?token=x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${signed.token}\r\n` +
          `content-type: text/csv\r\ncontent-length: ${few.length}\r\n\r\n`,
      );
      socket.write(few.subarray(0, 10), () => {
        socket.destroy();
        resolve();
      });
    });
  });
  expect(await upload<ImportPreview>(signed, 'preview', few)).toMatchObject({ created: 1 });
  expect(await here.database.prisma.importJob.count()).toBe(before);
});
