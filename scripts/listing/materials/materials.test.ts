import { rm } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { createProbes } from '../check/probes.ts';
import { rules } from '../rules/index.ts';
import { host } from '../testing/filled.ts';
import { exception, now, prepareMaterials, whole } from '../testing/materials.ts';
import { evidence } from '../testing/project.ts';
import { describeListing } from './run.ts';

/** The materials as people get them, from a complete and from an incomplete listing. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareMaterials();
const { checkUp, write, written, read, words } = subject;

describe('a complete listing', () => {
  test('a complete listing gives every file', async () => {
    const result = await write(checkUp({ 'owner-applies': 'pass', hsts: 'fail' }));
    expect(result.missing).toEqual([]);
    expect(await written()).toEqual(whole);
    expect(result.files).toBe(whole.length);
    expect(describeListing(result)).toContain('材料齐全');
    const contents = (await read('0-目录.html')).toString('utf8');
    for (const file of whole.slice(1)) expect(contents).toContain(file);
    expect(contents).toContain('自建应用');
    expect(contents).not.toContain('还缺什么</h2>');
  });

  test('上架申请信息 holds every fact in Chinese words, as a document and as a sheet', async () => {
    subject.listing.app.name = '工单 & "助手"';
    subject.listing.scope.contacts = 'own-line';
    subject.listing.scope.permissions = ['成员信息读权限', '员工手机号信息'];
    await write();
    const document = await words('1-上架申请信息.docx');
    const sheet = await words('1-上架申请信息.xlsx', 'xl/sharedStrings.xml');
    for (const fact of [
      '工单 & "助手"',
      '浙江省某某厅',
      '0571-00000001',
      '本单位条线内的通讯录',
      '成员信息读权限、员工手机号信息',
      '10.1.0.11:3001、10.1.0.12:3001',
      '1.0.0',
      '自建应用',
    ]) {
      expect(document).toContain(fact);
      expect(sheet).toContain(fact);
    }
    expect(document).not.toMatch(/待填|own-line|null|undefined/);
    expect(document).toContain('2026年11月24日');
  });

  test('免登说明 tells how this very app signs in', async () => {
    await write();
    const standard = await words('5-免登说明.docx');
    expect(standard).toMatch(/userid[\s\S]*绑定[\s\S]*最长 30 天，10 小时[\s\S]*不对超级高管开放/);
    expect(
      Object.keys(unzipSync(await read('5-免登说明.docx'))).filter((name) => name.endsWith('.png')),
    ).toHaveLength(2);

    subject.listing.app.platform = 'zhezhengding';
    subject.listing.scope.superExecutives = true;
    await write(checkUp(), {
      env: { BINDING: 'off', SESSION_DAYS: '7', MATCH_BY_MOBILE: 'on', PLATFORM: 'zhezhengding' },
    });
    const other = await words('5-免登说明.docx');
    expect(other).toMatch(/accountId[\s\S]*最长 7 天[\s\S]*手工维护他们的平台 id/);
    expect(other).not.toMatch(/userid|绑定一次|按手机号\n/);
  });

  test('证书检查 describes the certificate of the server that answers', async () => {
    await write();
    const document = await words('3-证书检查.docx');
    expect(document).toMatch(/颁发给\napp\.hangzhou-dept\.cn/);
    expect(document).toMatch(/签发机构\n.*Test CA/);
    expect(document).toMatch(/证书链\n完整/);
    // Its root is no public one, and the report does not say otherwise.
    expect(document).toMatch(/由谁签发\n单位自建的证书机构签发，装了它的根证书的设备才信任它/);
    expect(document).toContain('单位自建机构的证书，不能用于上架');
    expect(document).not.toMatch(/\n否\n/);
  });

  test('部署架构图 and 压测报告 name their owner', async () => {
    await write();
    expect((await read('4-部署架构图.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(await words('2-压测报告.docx')).toMatch(/业主单位\n浙江省某某厅[\s\S]*达到标准：50 并发下/);
  });

  test('every document names app, owner, vendor and day, without words of npm and YAML', async () => {
    subject.listing.app.forms = ['miniprogram', 'h5'];
    subject.listing.exceptions['database-not-public'] = exception;
    subject.listing.answers['development-finished'] = { answer: 'yes', evidence };
    await write(
      checkUp(
        Object.fromEntries(rules.map(({ id }) => [id, id === 'database-not-public' ? 'fail' : 'pass'])),
      ),
    );
    for (const file of await written()) {
      expect(file).toMatch(/^[\p{Script=Han}\d（）、/.-]+\.(?:docx|xlsx|png|jpg|html)$/u);
      if (!/docx|html/.test(file)) continue;
      const text = file.endsWith('.html')
        ? (await read(file)).toString().replace(/<style>[\s\S]*?<\/style>|<[^>]+>/g, ' ')
        : await words(file);
      expect([file, text.match(/npm|yaml|[a-z]+-[a-z]+-[a-z]+|answers\./i)?.[0]]).toEqual([file, undefined]);
      const facts = file.startsWith('7-')
        ? ['工单助手', '浙江省某某厅']
        : ['工单助手', '浙江省某某厅', '某某信息技术有限公司', '2026年11月24日'];
      for (const fact of facts) expect([file, text]).toEqual([file, expect.stringContaining(fact)]);
    }
    expect(await words('5-免登说明.docx')).toContain('小程序和 H5 微应用两种形态');
  });

  test('another tool’s report stands for the load test, with its figures on one page', async () => {
    subject.listing.loadtest = {
      tool: '阿里云 PTS',
      file: 'evidence/pts.pdf',
      url: `https://${host}`,
      date: '2026-11-20',
      connections: 100,
      requests: 12_000,
      successRate: 99.95,
      meanMs: 120.5,
      interfaces: ['/api/orders'],
    };
    await subject.project.write('evidence/pts.pdf', 'not a PDF');
    expect((await write()).missing).toMatchObject([{ where: expect.stringContaining('不是完整的 PDF') }]);
    await subject.project.write('evidence/pts.pdf', '%PDF-1.7 …');
    expect((await write()).missing).toEqual([]);
    expect(await words('2-压测报告.docx')).toMatch(
      /阿里云 PTS[\s\S]*100（[\s\S]*12000\n[\s\S]*99.95%\n[\s\S]*120.5 毫秒/,
    );
    expect((await read('2-压测报告（阿里云 PTS）.pdf')).toString()).toBe('%PDF-1.7 …');
    subject.listing.loadtest.meanMs = null;
    expect((await write()).missing).toMatchObject([{ fact: 'loadtest.meanMs' }]);
  });

  test('the pages of this app that nobody has a picture of are named as missing', async () => {
    await rm(path.join(subject.project.folder, 'listing', '页面截图', '绑定.png'));
    const { missing } = await write();
    expect(missing).toMatchObject([
      { title: '页面截图：绑定', where: expect.stringContaining('npm run dev') },
    ]);
    expect(await words('5-免登说明.docx')).toContain('图 2');
  });

  test('部署架构图 of one instance behind a balancer is drawn as well', async () => {
    subject.listing.deployment.instances.pop();
    subject.listing.deployment.loadBalancers = ['10.0.0.5'];
    const result = await write();
    expect(result.missing).toEqual([]);
  });

  test('证明材料 are copied, named after what they prove', async () => {
    subject.listing.answers['development-finished'] = { answer: 'yes', evidence };
    subject.listing.answers['internal-app'] = { answer: 'yes', evidence: 'evidence/gone.jpg' };
    subject.listing.answers['standard-api-first'] = { answer: 'no', evidence };
    await write(
      checkUp({ 'development-finished': 'pass', 'internal-app': 'pass', 'standard-api-first': 'pass' }),
    );
    expect((await written()).filter((file) => file.startsWith('8-'))).toEqual([
      '8-证明材料/1-应用开发、测试完毕后才申请上架.jpg',
    ]);
  });
});

describe('情况说明', () => {
  const file = '7-情况说明/问题情况说明-数据库部署在互联网不能直接访问的网络.docx';

  test('a 情况说明 follows the guide’s template word for word', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    const result = await write(checkUp({ 'database-not-public': 'fail' }));
    expect(result.missing).toEqual([]);
    expect(await written()).toEqual([...whole, file]);
    expect((await words(file)).replace(/\n+/g, '\n').trim().split('\n')).toEqual([
      '浙江省某某厅办公室',
      '关于工单助手应用实施上架“浙政钉”的问题情况说明',
      '省大数据局：',
      '针对应用上架“浙政钉”存在数据库部署在公有云，没有部署在政务外网的问题，由于政务云的资源还在申请，没有批下来的原因，所以先只允许应用的地址访问，2027 年 3 月前迁入政务云。',
      '本单位已知晓问题会造成的风险，承担由此产生的责任。',
      '浙江省某某厅办公室',
      '2026年11月24日',
    ]);
  });

  test('a 情况说明 that lacks facts is not written; each fact is asked for by name', async () => {
    subject.listing.exceptions['database-not-public'] = { ...exception, reason: null, date: ' ' };
    subject.listing.owner.office = null;
    const result = await write(checkUp({ 'database-not-public': 'fail' }));
    expect(await written()).toEqual(whole);
    expect(result.missing.map(({ where }) => where)).toEqual([
      'listing.yaml 的 owner.office',
      'listing.yaml 的 exceptions.database-not-public.reason',
      'listing.yaml 的 exceptions.database-not-public.date',
    ]);
    expect(describeListing(result)).toContain('例如 date: 2026-11-24');
  });

  test('a rule that is met gets no 情况说明; one that is not is named, with the way to write one', async () => {
    subject.listing.exceptions['database-not-public'] = exception;
    const result = await write(
      checkUp({
        'database-not-public': 'pass',
        'owner-applies': 'fail',
        hsts: 'fail',
        'https-only': 'unknown',
      }),
    );
    expect(await written()).toEqual(whole);
    expect(result.missing.map(({ where }) => where)).toEqual([
      expect.stringContaining('体检 owner-applies：查到的是 fail。'),
      expect.stringContaining('体检 https-only：查到的是 unknown。'),
    ]);
    expect(result.missing[0]?.where).toContain('exceptions.owner-applies');
    expect(result.missing[1]?.where).not.toContain('exceptions');
  });
});

describe('an incomplete listing', () => {
  test('a fact that a rule waits for is asked for as any other; an answer is asked for by the rule', async () => {
    const waiting = ['organisations.production'];
    const facts = await write(checkUp({ 'credentials-apart': 'question' }, waiting));
    expect(facts.missing).toMatchObject([{ fact: 'organisations.production', material: '自查报告' }]);
    const answer = await write(checkUp({ 'internal-app': 'question' }));
    expect(answer.missing).toMatchObject([
      { fact: null, where: expect.stringContaining('体检 internal-app：查到的是 question。') },
    ]);
  });

  test('materials that lack facts are left out, and the facts are asked for by name', async () => {
    subject.listing.owner.phone = null;
    subject.listing.deployment.database = [];
    subject.listing.scope.superExecutives = null;
    await rm(path.join(subject.project.folder, 'listing', 'loadtest'), { recursive: true });
    const result = await write();
    expect(await written()).toEqual(whole.filter((name) => !/压测报告|部署架构图|免登说明/.test(name)));
    expect(result.missing.map(({ title }) => title)).toEqual([
      '业主单位：业主联系电话',
      '使用范围与权限：是否对超级高管开放',
      '部署：数据库',
      '压测报告',
    ]);
    // Several files may need one fact, which is asked for once.
    expect(result.missing[1]?.material).toBe('上架申请信息、免登说明');
    const document = await words('1-上架申请信息.docx');
    expect(document).toMatch(/业主联系电话\n【待填】/);
    const contents = (await read('0-目录.html')).toString('utf8');
    expect(contents).toContain('业主单位：业主联系电话');
    expect(describeListing(result)).toContain('npm run loadtest https://app.hangzhou-dept.cn');
    expect(contents).not.toMatch(/npm|yaml/);
  });

  test('without an answer from the app there is no 证书检查', async () => {
    const silent = createProbes({
      host,
      connect: new Map([[`${host}:443`, { host: '127.0.0.1', port: 1 }]]),
      now,
    });
    const result = await write(checkUp(), { probes: silent });
    expect(await written()).toEqual(whole.filter((name) => !name.includes('证书检查')));
    expect(result.missing).toMatchObject([{ title: '应用的 SSL 证书' }]);
  });

  test('a wrong production configuration is named, and 免登说明 is left out', async () => {
    const result = await write(checkUp(), { env: { SESSION_DAYS: 'many' } });
    expect(await written()).not.toContain('5-免登说明.docx');
    expect(result.missing).toMatchObject([{ title: expect.stringContaining('SESSION_DAYS') }]);
  });
});
