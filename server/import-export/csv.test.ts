import fc from 'fast-check';
import iconv from 'iconv-lite';
import { decodeCsv } from '../testing/import.ts';
import { readRole, readYesNo } from './cells.ts';
import { csvLines, encodeCsv, harmless, original } from './csv.ts';
import { csvRows } from './csv-read.ts';
import { parseFile } from './parse.ts';
import { maxRows } from './source.ts';

/**
 * Texts that a database can store: no NUL, no lone surrogates. U+E5E5 is the one code point GB18030 has no bytes for.
 */
const storable = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) => text.replaceAll('\0', '').replace(/[\ue5e5\ufffd]|^\ufeff/g, ''));
const tricky = fc.oneof(
  storable,
  fc.constantFrom(
    '𠮷',
    '𠮷野家',
    '=1+1',
    "'=1",
    "''=1",
    '＝cmd',
    '\t=1',
    '@SUM(A1)',
    '-5',
    '+86',
    ' =1',
    '"',
    ',',
    '\r\n',
    '',
  ),
);

test.each(['utf-8', 'gb18030'] as const)('a file that was written as %s is read unchanged', (encoding) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(tricky, tricky), { minLength: 1, maxLength: 8 }), (rows) => {
      // The Chinese heading makes the encodings distinguishable.
      const bytes = encodeCsv(csvLines([['用户名', '姓名'], ...rows]), encoding);
      const decoded = decodeCsv(bytes);
      if ('problem' in decoded) throw new Error(decoded.problem);
      expect(decoded.encoding).toBe(encoding === 'utf-8' ? 'utf-8-bom' : 'gb18030');
      expect(decoded.text).toBe(csvLines([['用户名', '姓名'], ...rows]));
    }),
    { numRuns: 300 },
  );
});

test('every Unicode character survives GB18030', () => {
  let text = '姓名';
  for (let code = 0x20; code < 0x3_0000; code += 1) {
    if ((code >= 0xd800 && code <= 0xdfff) || code === 0xe5e5 || code === 0xfffd) continue;
    text += String.fromCodePoint(code);
  }
  expect(decodeCsv(iconv.encode(text, 'gb18030'))).toEqual({ text, encoding: 'gb18030' });
});

describe('cells that a spreadsheet would run as formulas', () => {
  test.each([
    '=HYPERLINK("http://x")',
    '+1',
    '-1',
    '@SUM(A1)',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\t=1',
    '\r=1',
    '\n1',
    '\tx',
    ' =1',
    '\u3000=1',
    "'=1",
  ])('%j becomes text', (cell) => {
    expect(harmless(cell)).toBe(`'${cell}`);
    expect(original(harmless(cell))).toBe(cell);
  });

  test.each(['张三', '2-3', 'a=b', "O'Neil", "'", '', '138', "'abc"])('%j stays as it is', (cell) => {
    expect(harmless(cell)).toBe(cell);
    expect(original(cell)).toBe(cell);
  });

  test('none is left after writing, and reading restores all', () => {
    fc.assert(
      fc.property(tricky, (cell) => {
        expect(harmless(cell)).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r]/u);
        expect(original(harmless(cell))).toBe(cell);
      }),
    );
  });
});

describe('the encoding is detected', () => {
  const text = '用户名,姓名\r\nzhangsan,张三𠮷\r\n';
  test.each([
    ['utf-8', Buffer.from(text), 'utf-8'],
    ['utf-8 with a BOM', Buffer.from(`\ufeff${text}`), 'utf-8-bom'],
    ['gb18030', iconv.encode(text, 'gb18030'), 'gb18030'],
  ])('%s', (_, bytes, encoding) => expect(decodeCsv(bytes)).toEqual({ text, encoding }));

  test('GBK is read as GB18030', () => {
    const old = '用户名,姓名\r\nzhangsan,张三\r\n';
    expect(decodeCsv(iconv.encode(old, 'gbk'))).toEqual({ text: old, encoding: 'gb18030' });
  });

  test.each([
    ['nothing', Buffer.alloc(0), /空的/],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /\.xls）/],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le'), /UTF-16/],
    ['a BOM before other bytes', Buffer.from([0xef, 0xbb, 0xbf, 0xd5, 0xc5]), /损坏/],
    ['bytes of no encoding', Buffer.from([0xd5, 0xc5, 0xff, 0xff, 0x41]), /认不出/],
  ])('%s is reported', (_, bytes, problem) => {
    expect(decodeCsv(bytes)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

const parseCsv = (text: string[]) => parseFile(csvRows(text), original);

/** `row/column: message` of every problem. */
const problemsOf = async (text: string) =>
  (await parseCsv([text])).problems.first.map(
    ({ row, column, message }) => `${row ?? '-'}/${column ?? '-'}: ${message}`,
  );

describe('an error in a file is reported', () => {
  const head = '用户名,姓名,手机号,部门,角色,平台账号 id,员工编码,超级高管,初始密码';
  const long = '长'.repeat(129);
  test.each([
    ['no user name', ',张三', '2/用户名: “用户名”不能为空。'],
    ['blanks in the user name', 'a b,张三', '2/用户名: “用户名”不能含空格。'],
    ['a user name too long', `${'u'.repeat(65)},张三`, '2/用户名: “用户名”太长，最多 64 个字。'],
    ['a name too long', `a,${long}`, '2/姓名: “姓名”太长，最多 64 个字。'],
    ['NUL', 'a,张\u0000三', '2/姓名: “姓名”含有看不见的字符，请删掉后手工重新输入。'],
    ['a direction mark', 'a,张\u202e三', '2/姓名: “姓名”含有看不见的字符，请删掉后手工重新输入。'],
    ['a lost character', 'a,张?', /丢了生僻字/],
    ['a mobile number too short', 'a,张三,1380000', '2/手机号: “手机号”不是 11 位的手机号。'],
    ['a masked mobile number', 'a,张三,138****0000', /隐藏了中间几位/],
    ['a mobile number that Excel has changed', 'a,张三,1.38E+10', /科学计数法/],
    ['a department too long', `a,张三,,${long}`, '2/部门: “部门”太长，最多 128 个字。'],
    ['an unknown role', 'a,张三,,,领导', '2/角色: “角色”只能填普通用户、管理员或审计员。'],
    ['a platform id with blanks', 'a,张三,,,,2 7', '2/平台账号 id: “平台账号 id”不能含空格。'],
    ['a platform id with a comma', 'a,张三,,,,"1,2"', '2/平台账号 id: “平台账号 id”不能含逗号。'],
    ['a platform id to be cleared', 'a,张三,,,,清空', /解除绑定/],
    ['a name to be cleared', 'a,清空', '2/姓名: “姓名”不能清空。'],
    ['neither yes nor no', 'a,张三,,,,,,也许', '2/超级高管: “超级高管”只能填“是”或“否”。'],
    ['a cell too many', 'a,张三,,,,,,,,多', /列数比第一行多/],
    ['the same user name twice', 'a,张三\r\na,李四', /^3\/用户名: “用户名”和第 2 行相同/],
    [
      'the same mobile number twice',
      'a,张三,13800000000\r\nb,李四,+86 138-0000-0000',
      /^3\/手机号: “手机号”和第 2 行相同/,
    ],
    [
      'the same platform id twice',
      'a,张三,,,,1\r\nb,李四,,,,1',
      /^3\/平台账号 id: “平台账号 id”和第 2 行相同/,
    ],
    ['an open quote', 'a,"张三', /引号没有配对/],
  ])('%s', async (_, rows, problem) => {
    const found = await problemsOf(`${head}\r\n${rows}\r\n`);
    expect(found).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
  });

  test.each([
    ['姓名\r\n张三', /没有“用户名”/],
    ['用户名;姓名\r\na;张三', /英文逗号/],
    ['用户名\t姓名\r\na\t张三', /英文逗号/],
    ['用户名,姓名,姓名\r\na,张三,张三', /有两列都是“姓名”/],
    ['用户名,姓名', /没有人员/],
    ['\r\n用户名,姓名\r\na,张三', /第一行的内容|第一行要是列名/],
    [`用户名,姓名\r\n${'a,张三\r\n'.repeat(maxRows + 1)}`, /最多 30,000 行/],
    [`用户名,姓名\r\na,${'长'.repeat(9000)}`, /太长/],
    [`用户名,姓名\r\na,张三${','.repeat(100_000)}`, /有一行太长/],
    [`用户名,姓名\r\n${'\r\n'.repeat(100_000)}`, /没有人员/],
  ])('for the whole file: %#', async (text, problem) => {
    expect(await problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });

  test('with the row number of Excel, which counts blank rows and cells of several lines', async () => {
    expect(await problemsOf('用户名,部门\r\n\r\n,,\r\na,"一\n二"\r\nb,长\r\n,x\r\n')).toEqual([
      expect.stringMatching(/^4\/部门: .*看不见/),
      '6/用户名: “用户名”不能为空。',
    ]);
  });

  test('without a mobile number or a password', async () => {
    const text =
      '用户名,手机号,初始密码\r\na,23812345678,pass\u0000word\r\nb,13812345678,x\r\nc,13812345678,y\r\n';
    const found = (await problemsOf(text)).join('\n');
    expect(found.split('\n')).toHaveLength(3);
    expect(found).not.toMatch(/\d{8}|pass|word/);
  });
});

test('headings and cells are understood in several forms; unknown columns are reported', async () => {
  const file = await parseCsv([
    '账号, 姓 名 ,手机号码,平台账号ID,IsSuperExecutive,备注\r\nZhang, 张三　,0086１３８ 0000-0000,270101,是,x\r\n',
  ]);
  expect(file).toEqual({
    columns: ['用户名', '姓名', '手机号', '平台账号 id', '超级高管'],
    ignoredColumns: ['备注'],
    people: 1,
    problems: { first: [], count: 0 },
    rows: [
      {
        row: 2,
        username: 'Zhang',
        fields: { name: '张三', mobile: '13800000000', dingUserId: '270101', isSuperExecutive: true },
        password: null,
      },
    ],
  });
  expect([readRole('管理员'), readRole('auditor'), readYesNo('Y'), readYesNo('0')]).toEqual(
    ['ADMIN', 'AUDITOR', true, false].map((value) => ({ value })),
  );
});

test('any text is read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(tricky, fc.string({ maxLength: 300 })), tricky, async (one, other) => {
      for (const text of [
        one,
        `用户名,姓名,手机号\r\n${one},${other}`,
        `用户名\r\n${csvLines([[one], [other]])}`,
      ]) {
        const { problems } = await parseCsv([text]);
        for (const { message } of problems.first) expect(message).toMatch(/。$/);
      }
    }),
  );
});
