import { matchPerson } from '../../../server/auth/matching.ts';
import { createTestDatabase } from '../../../server/testing/database.ts';
import { projectRoot } from '../../build/mini/paths.ts';
import { projectFiles } from '../check/project-files.ts';
import { contextFor } from '../testing/project.ts';
import { prepareRules } from '../testing/rules.ts';
import { superExecutiveByIdRule } from './super-executive-by-id.ts';

/** The rules that look at the server's code and at the database's schema. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareRules();
const { check, state } = subject;

describe('the code', () => {
  test.each(['ding-through-zhezhengding', 'api-through-driver', 'no-foreign-sdk'])(
    '%s holds for this template itself',
    async (id) => {
      const files = projectFiles(projectRoot);
      expect((await check(id, { files })).state).toMatch(/^(pass|not-applicable)$/);
    },
  );

  test('ding-through-zhezhengding: not by the way, not around the driver, not without 浙政钉', async () => {
    await subject.project.write(
      'server/tickets/urge.ts',
      "await enqueue(tx, { key, kind: 'DING', receivers, content }, now);",
    );
    const silent = await check('ding-through-zhezhengding');
    expect(silent.detail).toContain('代码里却发了');
    expect(silent.evidence).toEqual(['server/tickets/urge.ts:1']);

    subject.listing.app.sendsDing = true;
    expect((await check('ding-through-zhezhengding')).detail).toContain('平台不是浙政钉');
    subject.listing.app.platform = 'zhezhengding';
    const env = { NODE_ENV: 'production', PLATFORM: 'zhezhengding' };
    expect((await check('ding-through-zhezhengding', { env })).detail).toContain('ZHEZHENGDING_DING_CREATOR');
    const whole = { ...env, ZHEZHENGDING_DING_CREATOR: '93' };
    expect(await state('ding-through-zhezhengding', { env: whole })).toBe('pass');

    await subject.project.write('server/tickets/ring.ts', "await fetch(base + '/v1.0/robot/ding/send');");
    expect((await check('ding-through-zhezhengding', { env: whole })).detail).toContain('绕过平台驱动');
  });

  test('api-through-driver: comments, drivers and tests may name the APIs, others may not', async () => {
    await subject.project.write('server/platform/dingtalk/driver.ts', "const api = '/topapi/v2/user/get';");
    await subject.project.write('server/a/a.test.ts', "const api = '/topapi/v2/user/get';");
    await subject.project.write(
      'server/a/a.ts',
      '// see https://oapi.dingtalk.com/topapi/v2/user/get\nexport const a = 1;',
    );
    expect(await state('api-through-driver')).toBe('pass');
    await subject.project.write(
      'server/a/b.ts',
      ['export const b = 1;', 'fetch(`https://oapi.dingtalk.com/user?id=$', '{b}`);']
        .join('\n')
        .replace('$\n', '$'),
    );
    await subject.project.write(
      'mini/services/direct.ts',
      "const api = '/rpc/oauth2/dingtalk_app_user.json';",
    );
    const found = await check('api-through-driver');
    expect(found.state).toBe('fail');
    expect(found.evidence).toEqual([
      expect.stringContaining('server/a/b.ts:2 https://oapi.dingtalk.com'),
      expect.stringContaining('mini/services/direct.ts:1 /rpc/oauth2'),
    ]);
  });

  test('no-foreign-sdk: neither packages nor another container’s globals', async () => {
    expect(await state('no-foreign-sdk')).toBe('pass');
    await subject.project.write(
      'mini/services/local.ts',
      'const my = { list: [] };\nexport const n = my.list;',
    );
    expect(await state('no-foreign-sdk')).toBe('pass');
    await subject.project.write('mini/services/wechat.ts', "wx.request({ url: '' });");
    await subject.project.write('server/share.ts', "import wx from 'weixin-js-sdk';\nexport { wx };");
    await subject.project.write(
      'package.json',
      JSON.stringify({ dependencies: { '@dcloudio/uni-app': '3' } }),
    );
    expect((await check('no-foreign-sdk')).evidence).toEqual([
      'package.json：@dcloudio/uni-app',
      'server/share.ts:1 weixin-js-sdk',
      'mini/services/wechat.ts:1 wx.*',
    ]);
  });

  test('platform-id-column', async () => {
    const schema = 'prisma/schema.prisma';
    expect(await state('platform-id-column')).toBe('pass');
    await subject.project.edit(schema, (text) => text.replace(/(dingUserId +String\?) +@unique/, '$1'));
    expect((await check('platform-id-column')).detail).toContain('没有 @unique');
    await subject.project.edit(schema, (text) => text.replace(/dingUserId +String\?/, 'dingUserId String'));
    expect((await check('platform-id-column')).detail).toContain('可空');
    await subject.project.edit(schema, (text) => text.replace(/^ +dingUserId .*$/gm, ''));
    expect((await check('platform-id-column')).detail).toContain('没有 dingUserId');
    await subject.project.write(schema, '');
    expect(await state('platform-id-column')).toBe('unknown');
  });

  test('super-executive-by-id: the app’s own matching passes, one that goes by the number does not', async () => {
    expect(await state('super-executive-by-id')).toBe('pass');
    const careless: typeof matchPerson = async (prisma, person, policy) => {
      const { mobile, name } = person;
      const user = await prisma.user.findFirst({
        where: mobile === null ? { name } : { mobile },
      });
      return user === null ? matchPerson(prisma, person, policy) : { kind: 'account', user, by: 'MOBILE' };
    };
    const context = contextFor(subject.project.files);
    const found = await superExecutiveByIdRule(careless, createTestDatabase).check(
      context,
      AbortSignal.timeout(60_000),
    );
    expect(found).toMatchObject({
      state: 'fail',
      detail: expect.stringMatching(/按手机号匹配到了；按姓名匹配到了/),
    });
    const none = await superExecutiveByIdRule(async () => ({ kind: 'none' }), createTestDatabase).check(
      context,
      AbortSignal.timeout(60_000),
    );
    expect(none.detail).toContain('按平台 id 没有匹配到');
  });
});
