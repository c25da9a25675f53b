import type { Route } from 'playwright-core';
import { development } from '../../config/constants.ts';
import { type ConsoleStack, openConsole } from './support/console.ts';

const withoutBrowser = process.env.E2E_WITHOUT_BROWSER !== undefined;
const described = withoutBrowser ? describe.skip : describe;
const { password } = development;

described('never a white page', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
  });
  afterAll(() => stack?.close());

  const words = ['正在打开政务应用', '页面还没有打开', '请点“重试”', '重试'];

  test('if scripts are blocked, the server’s text is shown, and 重试 opens the same address', async () => {
    const page = await stack.newPage();
    await page.page.route('**/*.js', (route) => route.abort());
    await page.open('/people?q=1');
    await page.sees(...words);
    await page.screenshot('words');
    expect(await page.page.getByText('重试', { exact: true }).getAttribute('href')).toBe(
      '/console/people?q=1',
    );
    await page.page.unroute('**/*.js');
    await page.page.getByText('重试', { exact: true }).click();
    await page.sees('登录管理后台');
  });

  test('without JavaScript the server’s text says what is missing', async () => {
    const page = await stack.newPage({ javaScriptEnabled: false });
    await page.open('');
    await page.sees(...words);
    expect(await page.text()).toContain('您的浏览器没有开启 JavaScript，请开启后重试。');
  });

  test('if a script fails before the app runs, the server’s text is shown at once', async () => {
    const page = await stack.newPage();
    await page.page.route(/\/assets\/main-.*\.js/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'throw new SyntaxError("too new")' }),
    );
    await page.open('');
    await page.page.locator('html.failed').waitFor();
    await page.sees('页面还没有打开');
  });

  /** After an upgrade the old page's parts no longer exist. */
  const gone = (route: Route) => route.fulfill({ status: 404, body: '{}' });

  test('if a part cannot be loaded, the page says so, and 重新加载 loads it', async () => {
    const page = await stack.newPage();
    await page.page.route(/\/assets\/SignInPage-.*\.js/, gone);
    await page.open('');
    await page.sees('页面没有加载完整', '您的数据没有丢');
    await page.screenshot('crash-update');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.page.unroute(/\/assets\/SignInPage-.*\.js/);
    await page.press('重新加载');
    await page.sees('登录管理后台');
  });

  test('a part that fails twice and a list from a busy server are loaded again without a click', async () => {
    const page = await stack.signedIn('/audit');
    await page.sees('审计日志', '已经到头，共 1 条');
    let parts = 0;
    await page.page.route(/\/assets\/SettingsPage-.*\.js/, (route) => {
      parts += 1;
      return parts < 3 ? route.abort() : route.continue();
    });
    let asked = 0;
    await page.page.route('**/api/admin/settings', (route) => {
      asked += 1;
      const busy = {
        status: 503,
        headers: { 'retry-after': '1' },
        json: { code: 'SERVER_BUSY', message: '忙' },
      };
      return asked < 2 ? route.fulfill(busy) : route.continue();
    });
    await page.page.getByRole('link', { name: '配置' }).click();
    await page.sees('正在打开，请稍候……', '后台工作');
    await page.sees(/^共 \d+ 项$/, 'SESSION_DAYS');
    expect([parts, asked]).toEqual([3, 2]);
    await page.verify(/Failed to load resource/);
  });

  test('a page that fails while it is drawn is replaced by a readable one', async () => {
    const page = await stack.newPage();
    await page.page.route('**/api/me/sessions*', (route) => route.fulfill({ json: { items: [null] } }));
    await page.page.request.post(`${stack.url}/api/auth/console/sign-in`, {
      data: { username: 'admin', password },
    });
    await page.open('/me');
    await page.sees('这个页面出了点问题', '重新加载');
    await page.screenshot('crash-page');
  });

  test('a fault during a change leaves the page as it is, and is shown above it', async () => {
    const page = await stack.signedIn('/me');
    await page.fill('当前密码', 'typed already');
    await page.page.evaluate(() => {
      void Promise.reject(new Error('out of nowhere'));
    });
    await page.sees('刚才的操作出了点问题');
    await page.screenshot('mishap');
    expect(await page.page.getByLabel('当前密码', { exact: true }).inputValue()).toBe('typed already');
    await page.press('知道了');
    await page.sees('我的账号');
  });

  test('if the server does not answer, the page says so and offers 重试', async () => {
    const page = await stack.newPage();
    await page.page.route('**/api/me', (route) => route.abort());
    await page.open('');
    await page.sees('连不上服务器，请检查网络后重试。', '错误码 NETWORK');
    await page.page.unroute('**/api/me');
    await page.press('重试');
    await page.sees('登录管理后台');
  });

  test('a browser without cookies gets an explanation, not an endless loop', async () => {
    const page = await stack.newPage();
    await page.open('');
    // An answer whose cookie the browser refused: the next request has none.
    await page.page.route('**/api/auth/console/sign-in', (route) =>
      route.fulfill({ json: { outcome: 'signed-in' } }),
    );
    await page.fill('用户名', 'admin');
    await page.fill('密码', password);
    await page.press('登录');
    await page.sees('浏览器没有保存登录信息', '请允许本站使用 Cookie');
  });
});

described('the stability platform', () => {
  const reporter = `window.wpkReporter = function (options) {
    window.reported = options;
    this.installAll = function () { window.installed = true; };
  };`;

  test('with a bid its script runs, gets version and account, and may send only to its hosts', async () => {
    const stack = await openConsole({ env: { WPK_BID: 'demo_zzdpro' } });
    try {
      const page = await stack.newPage();
      const asked: string[] = [];
      await page.page.route(/^https:/, (route) => {
        asked.push(route.request().url());
        return route.fulfill({
          contentType: 'text/javascript',
          headers: { 'access-control-allow-origin': '*' },
          body: route.request().url().includes('wpkReporter') ? reporter : '',
        });
      });
      await page.page.request.post(`${stack.url}/api/auth/console/sign-in`, {
        data: { username: 'admin', password },
      });
      await page.open('/me');
      await page.sees('我的账号');
      await page.page.waitForFunction(() => 'installed' in window);
      const told = await page.page.evaluate(() => {
        const { uid, ...options } = (window as unknown as { reported: { uid(): string } }).reported;
        return { ...options, uid: uid() };
      });
      const [admin] = await stack.sql<{ id: string }>(`SELECT id FROM users WHERE username = 'admin'`);
      expect(told).toEqual({
        bid: 'demo_zzdpro',
        rel: expect.stringMatching(/^\d+\.\d+\.\d+/),
        plugins: [],
        spa: true,
        uid: admin?.id,
      });
      expect(asked).toEqual(['https://g.alicdn.com/woodpeckerx/jssdk/wpkReporter.js']);
      await page.verify();
      const send = (host: string) =>
        page.page.evaluate(
          (url) =>
            fetch(url, { mode: 'no-cors' }).then(
              () => true,
              () => false,
            ),
          host,
        );
      expect(await send('https://px.ucweb.com/api')).toBe(true);
      expect(await send('https://px-intl.ucweb.com/api')).toBe(true);
      expect(await send('https://example.com/')).toBe(false);
    } finally {
      await stack.close();
    }
  });
});
