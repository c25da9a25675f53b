import { readFile } from 'node:fs/promises';
import type { Download } from 'playwright-core';
import { type CsvEncoding, csvLines, encodeCsv } from '../../import-export/csv.ts';
import { decodeCsv, rowsOf, xlsxOf } from '../../testing/import.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';
import type { PersonPage } from './support/person-page.ts';

const withoutBrowser = process.env.E2E_WITHOUT_BROWSER !== undefined;
const described = withoutBrowser ? describe.skip : describe;

type Rows = readonly (readonly string[])[];
const head = ['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id'];
const fileOf = (rows: Rows, encoding: CsvEncoding = 'utf-8', name = '人员.csv') => ({
  name,
  mimeType: 'application/vnd.ms-excel',
  buffer: encodeCsv(csvLines(rows), encoding),
});

async function chooseFile(person: PersonPage, file: ReturnType<typeof fileOf>): Promise<void> {
  await person.page.getByLabel('要导入的文件').setInputFiles(file);
}

/** Drops a file on the page, as with a mouse. */
async function dropFile(person: PersonPage, { name, buffer }: ReturnType<typeof fileOf>): Promise<void> {
  const data = await person.page.evaluateHandle(
    ({ bytes, fileName }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], fileName));
      return transfer;
    },
    { bytes: [...buffer], fileName: name },
  );
  for (const event of ['dragenter', 'dragover', 'drop']) {
    await person.page.locator('.drop').dispatchEvent(event, { dataTransfer: data });
  }
}

async function saved(
  person: PersonPage,
  press: () => Promise<void>,
): Promise<{ name: string; rows: string[][] }> {
  const [download] = await Promise.all([person.page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), rows: await cellsOf(download) };
}

async function cellsOf(download: Download): Promise<string[][]> {
  const bytes = await readFile(await download.path());
  if (download.suggestedFilename().endsWith('.xlsx')) return rowsOf(bytes);
  const decoded = decodeCsv(bytes);
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.text
    .split('\r\n')
    .slice(0, -1)
    .map((line) => line.split(','));
}

described('importing and exporting people', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
  });
  afterAll(() => stack?.close());

  const count = async (where: string) =>
    Number((await stack.sql<{ n: string }>(`SELECT count(*) AS n FROM users WHERE ${where}`))[0]?.n);

  test('an import goes from the template over preview and progress to the result with its passwords', async () => {
    const person = await stack.signedIn('/import-export');
    await person.sees('选择要导入的文件', '最大 10 MB，最多 30,000 人');
    await person.page.getByText('每一列怎么填').click();
    await person.sees('按它认人');
    await person.screenshot('import-choose', { document: true });
    expect(await person.accessibilityFaults()).toEqual([]);
    const template = await saved(person, () => person.press('CSV（GB18030，旧系统用）'));
    expect(template).toEqual({
      name: '人员导入模板.csv',
      rows: [['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id', '员工编码', '超级高管', '初始密码']],
    });
    const workbook = await saved(person, () => person.press('Excel 工作簿（.xlsx）'));
    expect(workbook).toEqual({ ...template, name: '人员导入模板.xlsx' });

    await chooseFile(
      person,
      fileOf(
        [
          head,
          ['e2e-one', '欧阳𠮷', '10012340001', '办公室', '审计员', ''],
          ['e2e-two', '上官', '', '', '', 'p-e2e'],
          ['zhangsan', '', '', '新的处室', '', ''],
          ['lisi', '', '', '', '', ''],
        ],
        'gb18030',
      ),
    );
    await person.sees(
      '人员.csv',
      'CSV，GB18030（含 GBK），共 4 人',
      '角色会改变：1 人',
      '欧阳𠮷',
      '新的处室',
    );
    await person.page.getByText('给没有平台账号 id').click();
    await person.sees('会生成 1 个初始密码');
    await person.screenshot('import-preview', { document: true });
    expect(await person.accessibilityFaults()).toEqual([]);
    expect(await count(`username LIKE 'e2e-%'`)).toBe(0);

    await person.press('开始导入');
    await person.sees('这次导入会改变角色，确定开始？');
    await person.page.locator('.ask-dialog').getByRole('button', { name: '开始导入' }).click();
    await person.sees('导入完成', '新增 2 人，更新 1 人，1 人无变化', '只能下载这一次');
    await person.screenshot('import-result');
    expect(await person.accessibilityFaults()).toEqual([]);
    const result = await saved(person, () => person.press('下载结果文件'));
    expect(result.name).toMatch(/^人员导入结果-\d{4}-\d\d-\d\d\.xlsx$/);
    expect(result.rows.slice(0, 2)).toEqual([
      ['行号', '用户名', '姓名', '结果', '改动的内容', '初始密码'],
      ['2', 'e2e-one', '欧阳𠮷', '新增', '', expect.stringMatching(/^[a-z2-9-]{14}$/)],
    ]);
    expect(await count(`username LIKE 'e2e-%'`)).toBe(2);

    // The server deletes it after the download.
    await person.page.getByText('只能下载这一次').waitFor({ state: 'detached' });
    const again = await saved(person, () => person.press('下载结果文件'));
    expect(again.rows[1]).toEqual(['2', 'e2e-one', '欧阳𠮷', '新增']);
    await person.verify();
  });

  test('errors are listed by row, and the import cannot start', async () => {
    const person = await stack.signedIn('/import-export');
    await person.sees('选择要导入的文件');
    await dropFile(
      person,
      fileOf([
        head,
        ['bad one', '甲', '', '', '', ''],
        ['bad2', '', '1380000', '', '领导', ''],
        ['bad3', '丙', '', '', '', '270101'],
        ['bad3', '丁', '', '', '', ''],
      ]),
    );
    await person.sees(
      '处要先改好，现在还不能导入',
      '第 2 行',
      '“用户名”不能含空格。',
      '“角色”只能填普通用户、管理员或审计员。',
    );
    await person.page.getByRole('button', { name: '开始导入' }).first().waitFor({ state: 'hidden' });
    await person.screenshot('import-problems', { document: true });
    expect(await person.accessibilityFaults()).toEqual([]);
    await person.press('换一个文件');
    await chooseFile(person, { name: '表.xlsx', mimeType: '', buffer: Buffer.from('PK\u0003\u0004xx') });
    await person.sees('文件已经损坏，或者不是 Excel 工作簿');
    await person.press('换一个文件');
    const workbook = await xlsxOf([head, ['e2e-x', '表', '1', '', '领导', '']]);
    await chooseFile(person, { name: '表.xlsx', mimeType: '', buffer: workbook });
    await person.sees('Excel 工作簿，共 1 人', '第 2 行', '“角色”只能填普通用户、管理员或审计员。');
    await person.press('换一个文件');
    await chooseFile(person, {
      name: '大.csv',
      mimeType: '',
      buffer: Buffer.alloc(10 * 1024 * 1024 + 1, 'x'),
    });
    await person.sees('超过了上限 10,240 KB');
    await person.verify();
  });

  test('an import works by keyboard alone', async () => {
    const person = await stack.signedIn('/import-export');
    await person.sees('选择要导入的文件');
    const { page } = person;
    await page.getByRole('radio', { name: '导入人员' }).focus();
    await page.keyboard.press('ArrowRight');
    await person.sees('筛选和“人员”页相同');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Tab');
    // The first focus in the panel is the file's field.
    await page.getByLabel('要导入的文件').focus();
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
    await chooser.setFiles(fileOf([head, ['e2e-key', '键盘', '', '', '', '']]));
    await person.sees('会写入的内容');
    await page.getByRole('button', { name: '开始导入' }).focus();
    await page.keyboard.press('Enter');
    await person.sees('导入完成');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('结果');
    await person.verify();
  });

  test('the progress is shown, also on a later visit; a second import must wait', async () => {
    await stack.sql(`
      CREATE FUNCTION e2e_take_time() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF (SELECT count(*) > 100 FROM added) THEN PERFORM pg_sleep(2.5); END IF; RETURN NULL; END $$`);
    await stack.sql(`
      CREATE TRIGGER e2e_takes_time AFTER INSERT ON users REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION e2e_take_time()`);
    const other = await stack.signedIn('/import-export');
    await other.sees('选择要导入的文件');
    await chooseFile(other, fileOf([head, ['e2e-wait', '等', '', '', '', '']]));
    await other.sees('会写入的内容');

    const person = await stack.signedIn('/import-export');
    await person.sees('选择要导入的文件');
    const rows = Array.from({ length: 6000 }, (_, at) => [`bulk${at}`, `批量${at}`, '', '', '', '']);
    await chooseFile(person, fileOf([head, ...rows]));
    await person.sees('6,000');
    await person.press('开始导入');
    await person.sees('正在导入', /第二步：写入人员，[1-5],000 \/ 6,000/);
    await person.screenshot('import-progress');
    expect(await person.accessibilityFaults()).toEqual([]);
    await other.press('开始导入');
    await other.sees(/管理员的导入还没有结束（.* 开始），一次只能导入一个文件/);

    const later = await stack.signedIn('/import-export');
    await later.sees('正在导入', '新增 6,000 人');
    await later.sees('导入完成');
    await person.sees('导入完成', '新增 6,000 人');
    await stack.sql('DROP TRIGGER e2e_takes_time ON users');
    await person.verify();
    await later.verify();
  });

  test('the export asks before full numbers, and the audit log has both exports', async () => {
    // With the link of the list of people.
    const person = await stack.signedIn('/import-export?part=export&q=zhangsan');
    await person.sees('每次导出都记入审计日志');
    await person.screenshot('export');
    expect(await person.accessibilityFaults()).toEqual([]);
    const masked = await saved(person, () => person.press('导出'));
    expect(masked.name).toMatch(/^人员-\d{4}-\d\d-\d\d\.xlsx$/);
    expect(masked.rows.map((row) => row.slice(0, 3))).toEqual([
      ['用户名', '姓名', '手机号'],
      ['zhangsan', '张三', expect.stringMatching(/^\d{3}\*{4}\d{4}$/)],
    ]);
    await person.page.getByText('完整号码（只限管理员）').click();
    await person.page.locator('.export').getByText('CSV（UTF-8）').click();
    await person.press('导出');
    await person.sees('导出完整的手机号？');
    const full = await saved(person, () => person.press('导出完整号码'));
    expect(full.name).toMatch(/\.csv$/);
    expect(full.rows[1]?.slice(0, 3)).toEqual(['zhangsan', '张三', expect.stringMatching(/^\d{11}$/)]);
    const audit = await stack.sql<{ mobiles: string }>(
      `SELECT detail->>'mobiles' AS mobiles FROM audit_log WHERE action = 'people.exported' ORDER BY at`,
    );
    expect(audit.map(({ mobiles }) => mobiles)).toEqual(['masked', 'full']);
    await person.verify();
  });

  test('an auditor exports masked numbers, and cannot import', async () => {
    await stack.sql(`UPDATE users SET role = 'AUDITOR' WHERE username = 'chenguang'`);
    const person = await stack.signedIn('/import-export', 'chenguang');
    await person.sees('导出人员');
    await person.page.getByRole('radio', { name: '导入人员' }).waitFor({ state: 'hidden' });
    await person.page.getByLabel('要导入的文件').first().waitFor({ state: 'hidden' });
    expect(await person.page.getByLabel('完整号码（只限管理员）').isDisabled()).toBe(true);
    const file = await saved(person, () => person.press('导出'));
    expect(file.rows.map(([username]) => username)).toContain('zhangsan');
    await person.verify();
  });
});
