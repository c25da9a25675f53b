import { fillLine } from '../../testing/herd.ts';
import { clients, putBridge } from './support/bridges.ts';
import { type ConsoleStack, openConsole, phone } from './support/console.ts';

const described = process.env.E2E_WITHOUT_BROWSER === undefined ? describe : describe.skip;

described('many people open the H5 pages at once', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole({ env: { PLATFORM_CALLS_PER_SECOND: '1' } });
  });
  afterAll(() => stack?.close());

  test('a person who must wait sees how long, and is signed in without a tap, with the same code', async () => {
    const others = fillLine(stack.url, 14);
    const { userAgent } = clients['dingtalk-android'];
    const person = await stack.newPage({ userAgent, viewport: phone });
    const calls = await putBridge(person, 'dingtalk-android', () => stack.authCode('zhangsan'));
    await person.open('/h5');
    await person.sees(/正在排队登录，大约还要 \d+ 秒/, '回来后排队的位置还在');
    await person.screenshot('h5-wait');
    expect(await person.accessibilityFaults()).toEqual([]);

    // Closing the page keeps the place.
    const kept = () => person.page.evaluate(() => localStorage.getItem('place-in-line'));
    const place = await kept();
    await person.open('/h5');
    await person.sees(/正在排队登录/);
    expect(await kept()).toBe(place);
    await person.sees('张三', '最新通知');
    expect(await kept()).toBeNull();
    expect(calls).toHaveLength(2);
    await person.verify(/status of 401/);
    await others;
  });
});
