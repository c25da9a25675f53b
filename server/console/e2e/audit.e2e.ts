import { readFile } from 'node:fs/promises';
import { rowsOf } from '../../testing/import.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';

const withoutBrowser = process.env.E2E_WITHOUT_BROWSER !== undefined;
const described = withoutBrowser ? describe.skip : describe;

described('the audit log', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
    await stack.sql(`UPDATE users SET role = 'AUDITOR' WHERE username = 'chenguang'`);
    await stack.sql('ALTER TABLE audit_log DISABLE TRIGGER audit_log_dated');
    await stack.sql(`
      INSERT INTO audit_log (id, at, actor_id, action, subject, address, detail)
      SELECT gen_random_uuid(), now() - n * interval '7 minutes',
        (SELECT id FROM users WHERE username = CASE n % 3 WHEN 0 THEN 'zhangsan' ELSE 'lisi' END),
        CASE n % 4 WHEN 0 THEN 'sign-out' ELSE 'sign-in' END,
        'user:' || (SELECT id FROM users WHERE username = CASE n % 3 WHEN 0 THEN 'zhangsan' ELSE 'lisi' END),
        '192.0.2.' || n % 9, CASE n % 4 WHEN 0 THEN '{}' ELSE '{"client": "mini"}' END::jsonb
      FROM generate_series(1, 120) AS n`);
    await stack.sql(`
      INSERT INTO audit_log (id, at, actor_id, action, subject, address, detail)
      SELECT gen_random_uuid(), now() - interval '1 minute', admin.id, 'person.edited', 'user:' || lisi.id, '192.0.2.77',
        '{"before": {"department": "旧办公室", "role": "USER", "mobile": "100****0001"},
          "after": {"department": "大数据发展中心", "role": "AUDITOR", "mobile": null}}'
      FROM users admin, users lisi WHERE admin.username = 'admin' AND lisi.username = 'lisi'`);
    await stack.sql(`
      INSERT INTO audit_log (id, at, action, subject, address, detail)
      VALUES (gen_random_uuid(), now() - interval '2 minutes', 'bind.refused', 'account:lisi', '192.0.2.5',
        '{"reason": "INVALID_CREDENTIALS", "dingUserId": "270105"}')`);
  });
  afterAll(() => stack?.close());

  test('can be read, opened, filtered and paged', async () => {
    const person = await stack.signedIn('/audit', 'chenguang');
    await person.sees('保留 365 天', '修改人员', '李四（lisi）', '绑定被拒绝', '未登录');
    await person.screenshot('audit', { document: true });
    await person.page.getByRole('button', { name: /修改人员的详情/ }).click();
    await person.sees('改动前', '旧办公室', '大数据发展中心', '审计员', '100****0001');
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.press('关闭');
    await person.page.getByRole('button', { name: /绑定被拒绝的详情/ }).click();
    await person.sees('用户名或密码不对', '270105');
    await person.press('关闭');

    const rows = person.page.locator('.list__table tbody tr');
    expect(await rows.count()).toBe(50);
    await person.press('更早的记录');
    await person.page.waitForFunction(
      () => document.querySelectorAll('.list__table tbody tr').length === 100,
    );

    await person.fill('关键字', '大数据发展');
    await person.sees('已经到头，共 1 条');
    await person.press('清除条件');
    await person.fill('操作人', '张三');
    await person.fill('来源地址', '192.0.2.3');
    await person.page.keyboard.press('Enter');
    await person.sees(/已经到头，共 \d+ 条/);
    await person.page.getByText('lisi').first().waitFor({ state: 'hidden' });
    await person.fill('日期（北京时间，含当天）', '2020-01-01');
    await person.page.getByPlaceholder('请选择日期').last().fill('2020-01-02');
    await person.page.keyboard.press('Enter');
    await person.sees(/没有符合条件的/);
    expect(person.page.url()).toContain('fromDay=2020-01-01&toDay=2020-01-02');
    await person.screenshot('audit-empty');
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.verify();
  });

  test('the action is chosen from a list with Chinese names; the keyboard opens an entry', async () => {
    const person = await stack.signedIn('/audit', 'chenguang');
    await person.sees('修改人员');
    await person.choose('操作', '修改人员');
    await person.sees('已经到头，共 1 条');
    await person.page.getByRole('button', { name: /修改人员的详情/ }).focus();
    await person.page.keyboard.press('Enter');
    await person.sees('大数据发展中心');
    await person.verify();
  });

  test('is exported with its filters, and has an entry for the export', async () => {
    const person = await stack.signedIn('/audit', 'chenguang');
    await person.fill('关键字', '大数据发展');
    await person.sees('已经到头，共 1 条');
    await person.press('导出');
    await person.sees('导出符合当前条件的全部记录');
    await person.screenshot('audit-export');
    expect(await person.page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('导出');
    expect(await person.accessibilityFaults()).toEqual([]);
    const [download] = await Promise.all([
      person.page.waitForEvent('download'),
      person.page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^审计日志-\d{4}-\d\d-\d\d\.xlsx$/);
    const [head, ...rows] = await rowsOf(await readFile(await download.path()));
    expect(head?.slice(0, 2)).toEqual(['时间（北京时间）', '操作人']);
    expect(rows.map((row) => row.slice(1, 7))).toEqual([
      [
        '管理员',
        'admin',
        '修改人员',
        '李四（lisi）',
        '192.0.2.77',
        expect.stringContaining('部门：旧办公室 → 大数据发展中心'),
      ],
    ]);
    await person.press('清除条件');
    await person.sees('导出审计日志', '关键字：大数据发展');
    await person.verify();
  });

  test('an auditor reads jobs and settings; an administrator runs a job, and the audit log has its name', async () => {
    const auditor = await stack.signedIn('/settings', 'chenguang', { viewport: { width: 390, height: 844 } });
    await auditor.sees(/^共 \d+ 项$/, 'DINGTALK_APP_SECRET', '已设置（不显示）', '钉钉应用的 Client Secret');
    const meanings = await auditor.page.locator('td[data-label="含义"]').allInnerTexts();
    expect(meanings).toHaveLength(20);
    expect(meanings).not.toContain('—');
    expect(await auditor.accessibilityFaults()).toEqual([]);
    await auditor.open('/jobs');
    await auditor.sees('清理过期的审计日志', '启动后还没有');
    expect(await auditor.page.getByRole('button', { name: /现在运行/ }).count()).toBe(0);
    expect(await auditor.accessibilityFaults()).toEqual([]);
    const person = await stack.signedIn('/jobs');
    const row = person.page.locator('.list__table tbody tr').filter({ hasText: '清理过期的审计日志' });
    await row.getByText('等着').waitFor();
    await person.press('现在运行：清理过期的审计日志');
    await person.sees('已开始：清理过期的审计日志');
    await row.getByText('正常').waitFor();
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.screenshot('console-jobs');
    await person.open('/audit');
    await person.sees('手动运行后台工作', '后台工作：清理过期的审计日志');
    await person.verify();
  });
});
