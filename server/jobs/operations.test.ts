import type { JobRow, JobsPage, SettingsPage } from '../contract/operations.ts';
import { prepareAudit } from '../testing/audit.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';

const pages = prepareAudit();

const job = async (id: string): Promise<JobRow | undefined> =>
  (await get(pages.server, '/api/admin/jobs', pages.auditor))
    .json<JobsPage>()
    .items.find((one) => one.id === id);
const run = (id: string, token = pages.admin) =>
  post(pages.server, '/api/admin/jobs/run', { id }, bearer(token));

test('a job shows its purpose, its last and next run, and a failure without the error’s text', async () => {
  let fails = true;
  const work = async () => {
    if (fails) throw Object.assign(new TypeError('a secret'), { code: 'E_TEST' });
  };
  pages.server.app.jobs.every('test-failing', 3_600_000, work, { title: '试一试' });
  expect(await job('test-failing')).toMatchObject({
    title: '试一试',
    everySeconds: 3600,
    lastEndedAt: null,
    failure: null,
  });
  const before = Date.now();
  await pages.server.app.jobs.runNow('test-failing');
  const failed = await job('test-failing');
  expect(failed).toMatchObject({ running: false, failure: { what: 'TypeError E_TEST', lasts: true } });
  expect(Date.parse(failed?.lastEndedAt ?? '')).toBeGreaterThanOrEqual(before);
  expect(Date.parse(failed?.nextAt ?? '')).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(JSON.stringify(failed)).not.toContain('a secret');
  fails = false;
  await pages.server.app.jobs.runNow('test-failing');
  expect(await job('test-failing')).toMatchObject({ failure: { lasts: false } });
});

test('a job is run by hand once at a time, with an entry in the audit log', async () => {
  let release = () => {};
  let runs = 0;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  pages.server.app.jobs.every(
    'test-held',
    3_600_000,
    () => {
      runs += 1;
      return held;
    },
    { title: '等一等' },
  );
  expect((await run('test-held')).json()).toEqual({ outcome: 'started' });
  expect((await run('test-held')).json()).toEqual({ outcome: 'elsewhere' });
  expect(await job('test-held')).toMatchObject({ running: true, nextAt: null });
  release();
  await vi.waitFor(async () => expect(await job('test-held')).toMatchObject({ running: false }));
  expect(runs).toBe(1);
  const { items } = await pages.search({ action: 'job.run' });
  expect(items.map(({ facts }) => facts)).toEqual([[{ name: '后台工作', value: '等一等' }]]);
  expectFault(await run('no-such-job'), 404, 'NOT_FOUND');
  expectFault(await run('test-held', pages.auditor), 403, 'FORBIDDEN');
});

test('every job of the server says in Chinese what it does', async () => {
  const { items } = (await get(pages.server, '/api/admin/jobs', pages.admin)).json<JobsPage>();
  expect(items.length).toBeGreaterThan(5);
  for (const { title } of items) expect(title).toMatch(/^[\u4e00-\u9fff、]+$/);
});

test('settings show the value in use and its origin; a value that may be secret never leaves the server', async () => {
  const answer = await get(pages.server, '/api/admin/settings', pages.auditor);
  const byId = new Map(answer.json<SettingsPage>().items.map(({ id, ...more }) => [id, more]));
  expect(byId.get('AUDIT_RETENTION_DAYS')).toEqual({ value: '365', secret: false, source: 'default' });
  expect(byId.get('PLATFORM')).toEqual({ value: 'dingtalk', secret: false, source: 'environment' });
  expect(byId.get('DINGTALK_APP_SECRET')).toEqual({ value: null, secret: true, source: 'environment' });
  for (const [id, { value, secret }] of byId)
    if (/SECRET|KEY|TOKEN|PASSWORD|DATABASE_URL/.test(id))
      expect([id, secret, value]).toEqual([id, true, null]);

  const token = await pages.server.tokenOf('zhangsan');
  expectFault(await get(pages.server, '/api/admin/settings', token), 403, 'FORBIDDEN');
});
