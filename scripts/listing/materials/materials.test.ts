import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { projectRoot } from '../../build/mini/paths.ts';
import { createProbes } from '../check/probes.ts';
import { exception, host, now, prepareMaterials, whole } from '../testing/materials.ts';
import { evidence } from '../testing/project.ts';
import { describeListing } from './run.ts';

/** The materials as people get them, from a complete and from an incomplete listing. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareMaterials();
const { checkUp, write, written, read, words } = subject;

describe('a complete listing', () => {
  test('gives every file, and nothing is missing', async () => {
    const result = await write(checkUp({ 'owner-applies': 'pass', 'application-form': 'fail' }));
    expect(result.missing).toEqual([]);
    expect(await written()).toEqual(whole);
    expect(result.files).toBe(whole.length);
    expect(describeListing(result)).toContain('材料齐全');
    const contents = (await read('0-目录.html')).toString('utf8');
    for (const file of whole.slice(1)) expect(contents).toContain(file);
    expect(contents).toContain('自建应用');
    expect(contents).not.toContain('还缺什么</h2>');
  });

  test('上架申请信息 holds every fact in people’s words, as a document and as a sheet', async () => {
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
      '10.1.0.11:3000、10.1.0.12:3000',
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
    await mkdir(path.join(subject.project.folder, 'docs', 'images'), { recursive: true });
    for (const name of ['home.png', 'bind.png']) {
      await copyFile(
        path.join(projectRoot, 'docs', 'images', name),
        path.join(subject.project.folder, 'docs', 'images', name),
      );
    }
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

  test('证书检查 is that of the server that answers', async () => {
    await write();
    const document = await words('3-证书检查.docx');
    expect(document).toMatch(/颁发给\napp\.hangzhou-dept\.cn/);
    expect(document).toMatch(/签发机构\n.*Test CA/);
    expect(document).toMatch(/证书链完整\n是/);
    // Its root is no public one, and the report does not say otherwise.
    expect(document).toMatch(/浏览器信任\n否/);
  });

  test('部署架构图 and 压测报告 are the other tools’ own', async () => {
    await write();
    expect((await read('4-部署架构图.svg')).toString('utf8')).toContain('10.1.0.21:5432');
    expect((await read('4-部署架构图.png')).subarray(1, 4).toString()).toBe('PNG');
    expect((await read('2-压测报告.docx')).toString()).toBe('load test: 压测报告.docx');
  });

  test('部署架构图 of one instance behind a balancer is drawn as well', async () => {
    subject.listing.deployment.instances.pop();
    subject.listing.deployment.loadBalancers = ['10.0.0.5'];
    const result = await write();
    expect(result.missing).toEqual([]);
    const picture = (await read('4-部署架构图.svg')).toString('utf8');
    expect(picture).toContain('10.1.0.11:3000');
    expect(picture).not.toContain('10.1.0.12:3000');
  });

  test('证明材料 are copied, named after what they prove', async () => {
    subject.listing.answers['development-finished'] = { answer: 'yes', evidence };
    subject.listing.answers['internal-app'] = { answer: 'yes', evidence: 'evidence/gone.jpg' };
    subject.listing.answers['application-form'] = { answer: 'no', evidence };
    await write(
      checkUp({ 'development-finished': 'pass', 'internal-app': 'pass', 'application-form': 'pass' }),
    );
    expect((await written()).filter((file) => file.startsWith('8-'))).toEqual([
      '8-证明材料/development-finished.jpg',
    ]);
  });
});

describe('情况说明', () => {
  const file = '7-情况说明/问题情况说明-domain-owner.docx';

  test('follows the guide’s template word for word', async () => {
    subject.listing.exceptions['domain-owner'] = exception;
    const result = await write(checkUp({ 'domain-owner': 'fail' }));
    expect(result.missing).toEqual([]);
    expect(await written()).toEqual([...whole, file]);
    expect((await words(file)).replace(/\n+/g, '\n').trim().split('\n')).toEqual([
      '浙江省某某厅办公室',
      '关于工单助手应用实施上架“浙政钉”的问题情况说明',
      '省大数据局：',
      '针对应用上架“浙政钉”存在应用域名使用服务商的二级域名的问题，由于本单位没有域名，当地大数据局也无法提供的原因，所以先使用服务商域名上架，2027 年 3 月前更换。',
      '本单位已知晓问题会造成的风险（域名到期会使应用无法打开），承担由此产生的责任。',
      '浙江省某某厅办公室',
      '2026年11月24日',
    ]);
  });

  test('is not written while a fact of it is missing: each is asked for by name', async () => {
    subject.listing.exceptions['domain-owner'] = { ...exception, reason: null, date: ' ' };
    subject.listing.owner.office = null;
    const result = await write(checkUp({ 'domain-owner': 'fail' }));
    expect(await written()).toEqual(whole);
    expect(result.missing.map(({ where }) => where)).toEqual([
      'listing.yaml 的 owner.office',
      'listing.yaml 的 exceptions.domain-owner.reason',
      'listing.yaml 的 exceptions.domain-owner.date',
    ]);
    expect(describeListing(result)).toContain('例如 date: 2026-11-24');
  });

  test('a rule that is met needs none; one that is not and has none is told, with the way out', async () => {
    subject.listing.exceptions['domain-owner'] = exception;
    const result = await write(
      checkUp({
        'domain-owner': 'pass',
        'owner-applies': 'fail',
        'application-form': 'fail',
        'mini-size': 'unknown',
      }),
    );
    expect(await written()).toEqual(whole);
    expect(result.missing.map(({ title }) => title)).toEqual([
      '体检 owner-applies：查到的是 fail。',
      '体检 mini-size：查到的是 unknown。',
    ]);
    expect(result.missing[0]?.where).toContain('exceptions.owner-applies');
    expect(result.missing[1]?.where).not.toContain('exceptions');
  });
});

describe('an incomplete listing', () => {
  test('a fact that a rule waits for is asked for as any other; an answer is asked for by the rule', async () => {
    const waiting = ['listing.yaml：organisations.production'];
    const facts = await write(checkUp({ 'credentials-apart': 'question' }, waiting));
    expect(facts.missing).toMatchObject([{ fact: 'organisations.production', material: '体检报告' }]);
    const asked = ['listing.yaml：answers.internal-app'];
    const answer = await write(checkUp({ 'internal-app': 'question' }, asked));
    expect(answer.missing).toMatchObject([{ fact: null, title: '体检 internal-app：查到的是 question。' }]);
  });

  test('leaves out what it cannot know and asks for it by name', async () => {
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
    // One fact may hold up several files, and is asked for once.
    expect(result.missing[1]?.material).toBe('上架申请信息、免登说明');
    const document = await words('1-上架申请信息.docx');
    expect(document).toMatch(/业主联系电话\n【待填】/);
    const contents = (await read('0-目录.html')).toString('utf8');
    expect(contents).toContain('业主单位：业主联系电话');
    expect(contents).toContain('npm run loadtest https://app.hangzhou-dept.cn');
  });

  test('without an answer from the app there is no word of its certificate', async () => {
    const silent = createProbes({
      host,
      connect: new Map([[`${host}:443`, { host: '127.0.0.1', port: 1 }]]),
      now,
    });
    const result = await write(checkUp(), { probes: silent });
    expect(await written()).toEqual(whole.filter((name) => !name.includes('证书检查')));
    expect(result.missing).toMatchObject([{ title: '应用的 SSL 证书' }]);
  });

  test('a configuration that cannot be read is told, not guessed', async () => {
    const result = await write(checkUp(), { env: { SESSION_DAYS: 'many' } });
    expect(await written()).not.toContain('5-免登说明.docx');
    expect(result.missing).toMatchObject([{ title: expect.stringContaining('SESSION_DAYS') }]);
  });
});
