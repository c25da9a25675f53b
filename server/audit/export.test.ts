import { datedBack, prepareAudit } from '../testing/audit.ts';
import { bearer } from '../testing/http.ts';
import { decodeCsv } from '../testing/import.ts';

const day = 24 * 3_600_000;
const pages = prepareAudit();
const { search, write } = pages;

async function exported(body: object, token = pages.auditor) {
  const response = await pages.server.app.inject({
    method: 'POST',
    url: '/api/admin/audit/export',
    payload: body,
    headers: bearer(token),
  });
  if (response.statusCode !== 200) throw new Error(response.body);
  const decoded = decodeCsv(response.rawPayload);
  if ('problem' in decoded) throw new Error(decoded.problem);
  return { ...decoded, lines: decoded.text.split('\r\n').slice(0, -1), headers: response.headers };
}

describe('the export', () => {
  test.each(['csv', 'csv-gb18030'])(
    'has all entries that were searched for, in %s, without formulas, and is itself in the log',
    async (format) => {
      const subject = `export:${format}`;
      const at = new Date(Date.now() - 20 * day);
      const data = Array.from({ length: 2500 }, () => ({ action: 'audit.exported', subject, at }));
      await datedBack(pages.server.prisma, (tx) => tx.auditLog.createMany({ data }));
      await write({
        action: '=cmd|calc',
        who: 'admin',
        subject,
        address: '192.0.2.1',
        ago: 20 * day - 1000,
        detail: { before: { title: '旧𠮷' }, after: { title: '新' }, note: '备' },
      });
      const file = await exported({ subject, format });
      expect(file.encoding).toBe(format === 'csv' ? 'utf-8-bom' : 'gb18030');
      expect(file.headers['content-disposition']).toContain(encodeURIComponent('审计日志-'));
      expect(file.lines).toHaveLength(2502);
      expect(file.lines[0]).toBe('时间（北京时间）,操作人,用户名,操作,对象,来源地址,改动,其他,编号');
      expect(file.lines[1]).toMatch(
        new RegExp(
          `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,管理员,admin,'=cmd\\|calc,导出 ${format},192.0.2.1,标题：旧𠮷 → 新,说明：备,`,
        ),
      );
      expect(new Set(file.lines).size).toBe(2502);
      const { items } = await search({ action: 'audit.exported', who: 'chenguang', limit: '1' });
      expect(items[0]).toMatchObject({
        actor: { username: 'chenguang' },
        address: '127.0.0.1',
        facts: [
          { name: '筛选条件', value: `对象：${subject}` },
          { name: '文件格式', value: format === 'csv' ? 'CSV（UTF-8）' : 'CSV（GB18030，旧系统用）' },
        ],
      });
    },
  );

  test('writes no mobile number into the log, even when one was searched for', async () => {
    await exported({ text: '10012345678' });
    const { items } = await search({ action: 'audit.exported', limit: '1' });
    expect(items[0]?.facts).toContainEqual({ name: '筛选条件', value: '关键字：100****5678' });
  });
});
