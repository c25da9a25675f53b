import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

const api = '/topapi/v2/user/getuserinfo';
let stack: ConsoleStack;
let person: PersonPage;

beforeAll(async () => {
  stack = await openConsole();
}, 180_000);
afterAll(() => stack?.close());
afterEach(() => person?.close());

const picture = () => person.page.getByRole('img', { name: /^最近 24 小时的登录/ });
const region = (name: string) => person.page.getByRole('region', { name, exact: true });

async function signIn(who: string): Promise<void> {
  await fetch(`${stack.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authCode: await stack.authCode(who) }),
  });
}

/** A day of an office: a busy morning, a quiet night, an hour of trouble. */
async function fillDay(): Promise<void> {
  await stack.sql('DELETE FROM activity_counts');
  await stack.sql(`
    INSERT INTO activity_counts (kind, period_start, label, instance, count)
    SELECT 'sign-in', date_trunc('hour', now()) - h * interval '1 hour', o.label, gen_random_uuid(),
      greatest(1, (o.share * (CASE WHEN extract(hour FROM now() - h * interval '1 hour' + interval '8 hours')
        BETWEEN 8 AND 17 THEN 900 ELSE 40 END) * (0.7 + (h * 7 % 10) / 16.0))::int)
    FROM generate_series(0, 23) h,
      (VALUES ('signed-in', 1.0), ('bind-required', 0.12), ('no-permission OUT_OF_RANGE', 0.04)) AS o (label, share)
    UNION ALL SELECT 'sign-in', date_trunc('hour', now()) - interval '3 hours', 'fault PLATFORM_TIMEOUT',
      gen_random_uuid(), 170`);
}

/** Locks an account and a person, for long enough. */
async function lock(): Promise<void> {
  await stack.sql('DELETE FROM lockouts');
  await stack.sql(`INSERT INTO lockouts (subject, failures, last_failure, locked_until) VALUES
    ('account:lisi', 6, now(), now() + interval '1 hour'), ('person:270102', 5, now(), now() + interval '1 hour')`);
}

test('the overview says that all is well', async () => {
  await stack.sql('DELETE FROM activity_counts');
  person = await stack.signedIn('/overview');
  await person.sees('一切正常，没有需要处理的事', '没有人被锁定。', /1 个服务实例在运行，接入钉钉。/);
  await person.screenshot('console-overview-well');
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.verify();
});

test('a fault is shown with its remedy, step by step, until the API answers again', async () => {
  await fillDay();
  await stack.control('faults', { path: api, kind: 'ip-not-whitelisted', times: 3 });
  for (let at = 0; at < 3; at += 1) await signIn('zhangsan');
  await stack.control('faults', { path: api, kind: 'no-permission', times: 1 });
  await signIn('zhangsan');
  await lock();
  await stack.sql(`INSERT INTO super_executive_faults (id, user_id, code, method, route, request_id)
    SELECT gen_random_uuid(), id, 'PLATFORM_TIMEOUT', 'GET', '/api/notices', '6f1f0c9a-4f0e-4f51-9f3e-0d3f6f3a7b21'
    FROM users WHERE username = 'chenguang'`);
  person = await stack.signedIn('/overview');
  await person.sees(
    '服务器的出口 IP 不在白名单里',
    '203.0.113.9',
    /怎么处理（3 步）/,
    '应用缺少接口权限',
    /超级高管在 7 天内遇到了故障/,
    '登录成功',
    '账号 lisi',
    '免登：换取身份',
  );
  for (const title of ['服务器的出口 IP 不在白名单里', '应用缺少接口权限']) {
    await person.page.getByRole('listitem').filter({ hasText: title }).getByText('怎么处理').click();
  }
  await person.sees(/开发配置 → 安全设置/, /开发配置 → 权限管理/, /应用缺少接口权限/);
  await person.screenshot('console-overview', { document: true });
  await region('登录').scrollIntoViewIfNeeded();
  await person.screenshot('console-overview-chart', { document: true });
  await region('被锁定的账号和人员').scrollIntoViewIfNeeded();
  await person.screenshot('console-overview-below');
  expect(await person.accessibilityFaults()).toEqual([]);

  // Without a reload of the page: it loads the data again, and its parts stay.
  const chart = await picture().elementHandle();
  await stack.sql('DELETE FROM super_executive_faults');
  await signIn('zhangsan');
  // It loads every 15 seconds.
  await person.page.getByText('服务器的出口 IP 不在白名单里').waitFor({ state: 'detached', timeout: 40_000 });
  await person.sees('一切正常，没有需要处理的事');
  expect(await chart?.evaluate((node) => node.isConnected)).toBe(true);
  await person.verify();
});

test('the chart can be read on a phone, and as a table by keyboard alone', async () => {
  await fillDay();
  person = await stack.signedIn('/overview', 'admin', { viewport: { width: 390, height: 844 } });
  await picture().waitFor();
  expect(await picture().locator('> title').textContent()).toMatch(
    /最近 24 小时的登录，共 [\d,]+ 次：登录成功 [\d,]+/,
  );
  // Texts keep their size, do not overlap, and nothing is wider than the phone.
  const hours = await region('登录')
    .getByText(/^\d{1,2} 时$/)
    .evaluateAll((ticks) =>
      ticks.map((tick) => {
        const range = document.createRange();
        range.selectNodeContents(tick);
        const { left, right } = range.getBoundingClientRect();
        return { left, right, size: Number.parseFloat(getComputedStyle(tick).fontSize) };
      }),
    );
  expect(hours).toHaveLength(8);
  for (const [at, { left, size }] of hours.entries()) {
    expect(size).toBeGreaterThanOrEqual(12);
    expect(left).toBeGreaterThan(hours[at - 1]?.right ?? 0);
  }
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await region('登录').scrollIntoViewIfNeeded();
  await person.screenshot('console-overview-phone', { whole: true });
  await person.page.getByText('用表格看每小时的数字').focus();
  await person.page.keyboard.press('Enter');
  const table = region('每小时登录的表格').getByRole('table');
  expect(await table.getByRole('row').count()).toBe(25);
  expect(await person.accessibilityFaults()).toEqual([]);
  await person.verify();
});

test('an administrator unlocks after a question; an auditor can only read', async () => {
  await lock();
  await stack.sql("UPDATE users SET role = 'AUDITOR' WHERE username = 'chenguang'");
  const auditor = await stack.signedIn('/overview', 'chenguang');
  await auditor.sees('账号 lisi');
  expect(await auditor.page.getByRole('button', { name: /解锁/ }).count()).toBe(0);
  await auditor.close();

  person = await stack.signedIn('/overview');
  await person.press('解锁账号 lisi');
  await person.sees('解锁账号 lisi？', /请先确认是本人在操作/);
  await person.screenshot('console-overview-unlock');
  await person.page.getByRole('button', { name: '取消' }).click();
  await person.page.getByText('解锁账号 lisi？').waitFor({ state: 'hidden' });
  expect(await stack.sql("SELECT 1 FROM lockouts WHERE subject = 'account:lisi'")).toHaveLength(1);
  await person.press('解锁账号 lisi');
  await person.page.getByRole('button', { name: '解锁', exact: true }).last().click();
  await person.sees('已解锁账号 lisi');
  await person.page.getByText('账号 lisi', { exact: true }).waitFor({ state: 'detached' });
  expect(await stack.sql("SELECT 1 FROM lockouts WHERE subject = 'account:lisi'")).toEqual([]);
  expect(
    await stack.sql("SELECT 1 FROM audit_log WHERE action = 'lockout.cleared' AND actor_id IS NOT NULL"),
  ).toHaveLength(1);
  await person.verify();
});

test('if a reload fails, the old data stays, and the page says so', async () => {
  // Faults of earlier tests have ended: an answer of the API ends them.
  await stack.control('reset', {});
  await stack.sql('DELETE FROM lockouts');
  await stack.sql('DELETE FROM super_executive_faults');
  await signIn('zhangsan');
  person = await stack.signedIn('/overview');
  await person.sees('一切正常，没有需要处理的事');
  await person.page.route('**/api/admin/overview**', (route) => route.abort());
  await person.press('刷新');
  await person.sees(/刚才没有刷新成功/, '一切正常，没有需要处理的事');
  await person.page.unroute('**/api/admin/overview**');
  await person.press('刷新');
  await person.page
    .getByText(/刚才没有刷新成功/)
    .first()
    .waitFor({ state: 'detached' });

  await person.page.route('**/api/admin/overview**', (route) => route.abort());
  await person.page.reload();
  await person.sees('没有加载出来', '连不上服务器，请检查网络后重试。');
  await person.page.unroute('**/api/admin/overview**');
  await person.press('重试');
  await person.sees('一切正常，没有需要处理的事');
  await person.verify(/Failed to load resource/);
});
