import { homeReady, prepareJourney } from './journey.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const endings: [string, string, Record<string, unknown>][] = [
  [
    'zhangsan',
    'home',
    { signedIn: true, name: '张三', department: '办公室', isAdmin: false, state: 'ready' },
  ],
  ['lisi', 'bind', { personName: '李四', submitting: false, needsSignIn: false }],
  ['wangwu', 'bind', { personName: '王五', submitting: false }],
  ['zhaoliu', 'no-permission', { reason: 'LEFT_ORGANISATION', title: '您不在本组织的通讯录中' }],
  ['sunqi', 'no-permission', { reason: 'OUT_OF_RANGE', title: '您不在本应用的使用范围' }],
  ['zhouba', 'no-permission', { reason: 'ACCOUNT_DISABLED', title: '您的账号已停用' }],
  ['chenguang', 'home', { signedIn: true, name: '陈光', department: '厅领导', state: 'ready' }],
  ['admin', 'home', { signedIn: true, name: '管理员', isAdmin: true, state: 'ready' }],
];

describe('the eight people on DingTalk', () => {
  const { phone, start } = prepareJourney();

  test.each(endings)('%s ends on %s', async (person, route, data) => {
    const run = start(phone(person));
    expect(run.page.data).toMatchObject({ state: 'loading' });
    const page = await run.waitFor(route, (now) => route !== 'home' || homeReady(now));
    expect(page.data).toMatchObject(data);
    expect(run.count('getAuthCode')).toBe(1);
  });
});

describe('the eight people on 浙政钉', () => {
  const { phone, start } = prepareJourney('zhezhengding');

  test.each(endings)('%s ends on %s', async (person, route, data) => {
    const run = start(phone(person));
    const page = await run.waitFor(route, (now) => route !== 'home' || homeReady(now));
    // 浙政钉 has one answer for whoever may not open the app, whether they left or never were in its range.
    const leftHere = { reason: 'OUT_OF_RANGE', title: '您不在本应用的使用范围' };
    expect(page.data).toMatchObject(person === 'zhaoliu' ? leftHere : data);
    expect(run.count('dtBridge')).toBe(1);
  });
});
