import { PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

/** Of every seeded account; `npm run dev` prints it. */
const PASSWORD = 'dev-pass-2026';

inBrowser('sessions and binding', () => {
  const used = useStack();
  let phone: PhonePage;

  beforeEach(async () => {
    phone = await PhonePage.open(used.browser, used.stack.url);
  });

  afterEach(async () => {
    await phone.verify();
    await phone.close();
  });

  /** Names of the calls that a sign-in makes, if any were made since the timeline was cleared. */
  async function signInCalls(): Promise<string[]> {
    const rows = await phone.timeline();
    return rows.map((row) => row.title).filter((title) => /getAuthCode|POST \/api\/auth\/login/.test(title));
  }

  test('the second start asks for no code and signs nobody in', async () => {
    await phone.waitForText('，张三');
    expect(await signInCalls()).toEqual(['dd.getAuthCode', 'POST /api/auth/login']);
    await phone.clearTimeline();
    await phone.press('冷启动');
    await phone.waitForText('，张三', '欢迎使用本应用');
    expect(await signInCalls()).toEqual([]);

    await phone.clearTimeline();
    await phone.page.reload();
    await phone.waitForText('，张三', '欢迎使用本应用');
    expect(await signInCalls()).toEqual([]);
  });

  test('a session that the server has ended is replaced silently', async () => {
    await phone.waitForText('，张三', '欢迎使用本应用');
    await phone.httpErrors('fail-with-data');
    await phone.press('撤销会话');
    await phone.notice('服务端已撤销会话');
    await phone.clearTimeline();
    await phone.tap('通知');
    await phone.waitForText('档案数字化培训报名');
    const requests = (await phone.timeline()).filter((row) => row.kind === 'request');
    expect(requests.map(({ title, detail }) => `${title} ${detail}`)).toEqual([
      'GET /api/notices?limit=20 401',
      'POST /api/auth/login 200',
      'GET /api/notices?limit=20 200',
    ]);
  });

  test('an app token that the platform has ended is replaced silently', async () => {
    await phone.waitForText('，张三');
    await phone.press('应用凭证过期');
    await phone.notice('应用凭证已失效');
    await phone.press('清除存储');
    await phone.clearTimeline();
    await phone.press('冷启动');
    await phone.waitForText('，张三', '欢迎使用本应用');
    expect(await signInCalls()).toEqual(['dd.getAuthCode', 'POST /api/auth/login']);
  });

  test('a wrong password, then the right one: bound for good, on both platforms', async () => {
    await phone.choose('lisi');
    await phone.waitForText('李四，您好');
    await phone.screenshot('bind', { document: true });
    await phone.tap('绑定并登录');
    await phone.waitForText('请输入用户名和密码。');
    await bind('lisi', 'wrong-password');
    await phone.waitForText('用户名或密码不对', '还可以试 4 次');
    await phone.screenshot('bind-wrong-password');
    await bind('lisi', PASSWORD);
    await phone.waitForText('，李四', '综合处');
    expect(await phone.path()).toBe('pages/home/index');

    await phone.press('清除存储');
    await phone.press('冷启动');
    await phone.waitForText('，李四');
    await phone.choose('lisi', 'zhezhengding');
    await phone.waitForText('，李四');
  });

  async function bind(username: string, password: string): Promise<void> {
    await phone.type('请输入用户名', username);
    await phone.type('请输入密码', password);
    await phone.tap('绑定并登录');
  }
});
