import type { Device } from '../runtime/device.ts';
import { faults, type PanelFault } from '../web/client/faults.ts';
import { PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

/** Longest time for which the server leaves a platform alone, and some more. Milliseconds. */
const RECOVERY_MS = 30_000;

const HOME = ['，张三', '欢迎使用本应用'];

/** What a person reads with each fault: texts of the page that it ends on. */
interface Ending {
  /** Nobody is signed in, and the app starts. */
  cold: string[];
  /** Somebody is signed in and goes on to another page. */
  warm: string[];
}

const NOTICES = ['档案数字化培训报名'];
const endings: Readonly<Record<string, Ending>> = {
  'no-network': {
    cold: ['没有拿到登录凭证', 'AUTH_CODE_FAILED', '重试'],
    warm: ['网络连接不上', 'NETWORK_UNREACHABLE', '重试'],
  },
  'slow-network': { cold: HOME, warm: NOTICES },
  'request-timeout': {
    cold: ['网络太慢', 'NETWORK_TIMEOUT', '重试'],
    warm: ['网络太慢', 'NETWORK_TIMEOUT', '重试'],
  },
  'server-down': {
    cold: ['网络连接不上', 'NETWORK_UNREACHABLE', '重试'],
    warm: ['网络连接不上', 'NETWORK_UNREACHABLE', '重试'],
  },
  'html-answer': {
    cold: ['收到的内容无法识别', 'ANSWER_NOT_JSON', '重试'],
    warm: ['收到的内容无法识别', 'ANSWER_NOT_JSON', '重试'],
  },
  'untrusted-domain': {
    cold: ['服务地址没有登记', 'DOMAIN_NOT_ALLOWED', '重试'],
    warm: ['服务地址没有登记', 'DOMAIN_NOT_ALLOWED', '重试'],
  },
  'storage-broken': { cold: HOME, warm: NOTICES },
  'code-error': same(['没有拿到登录凭证', 'AUTH_CODE_FAILED', '重试']),
  'code-hangs': same(['等待登录凭证超时', 'AUTH_CODE_TIMEOUT', '重试']),
  'code-refused': same(['AUTH_CODE_INVALID', '重试']),
  'platform-timeout': same(['PLATFORM_TIMEOUT', '重试']),
  'platform-reset': same(['PLATFORM_FAULT', '重试']),
  'platform-html': same(['PLATFORM_FAULT', '重试']),
  'platform-busy': same(['PLATFORM_BUSY', '重试']),
  'ip-not-whitelisted': same(['PLATFORM_MISCONFIGURED', '重试']),
  'no-api-permission': same(['PLATFORM_MISCONFIGURED', '重试']),
  'token-expired': same(['PLATFORM_FAULT', '重试']),
};

function same(texts: string[]): Ending {
  return { cold: texts, warm: texts };
}

inBrowser('every fault of the panel ends on a page with text and a next step', () => {
  const used = useStack({ PLATFORM_TIMEOUT_MS: '2000' });
  let phone: PhonePage;

  beforeAll(async () => {
    phone = await PhonePage.open(used.browser, used.stack.url);
  }, 60_000);

  /** One phone meets all faults, one after the other. */
  beforeEach(async () => {
    await phone.clearTimeline();
    await phone.press('冷启动');
    await phone.waitForText(...HOME);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return phone.verify();
    // The next test does not begin in what this one has left.
    await phone.close();
    phone = await PhonePage.open(used.browser, used.stack.url);
  });

  test('the list here is the list of the panel', () => {
    expect(Object.keys(endings)).toEqual(faults.map((fault) => fault.id));
  });

  test.each(faults)('cold start: $title', (fault) =>
    startCold(fault, 'fail-with-data', endings[fault.id]?.cold ?? []),
  );

  test('cold start, by a client that hides what an HTTP error was', async () => {
    const busy = faults.find(({ id }) => id === 'platform-busy');
    if (busy) await startCold(busy, 'fail', ['服务端没有完成这次请求', 'HTTP_ERROR', '重试']);
  });

  test.each(faults)('warm start: $title', async (fault) => {
    await phone.httpErrors('fail-with-data');
    if (fault.group !== 'network') {
      // Only a new sign-in meets these, and only a lost session makes one.
      await phone.press('撤销会话');
      await phone.notice('服务端已撤销会话');
    }
    await phone.turnOn(fault.id, fault.group);
    await phone.press('热启动');
    await phone.waitForText(...HOME);
    await phone.tap('通知');
    await endsOn(endings[fault.id]?.warm ?? []);
    await phone.screenshot(`fault-${fault.id}-warm`);
    await recover(NOTICES);
  });

  async function startCold(
    fault: PanelFault,
    httpErrors: Device['httpErrors'],
    expected: string[],
  ): Promise<void> {
    await phone.httpErrors(httpErrors);
    await phone.turnOn(fault.id, fault.group);
    await phone.press('清除存储');
    await phone.press('冷启动');
    await endsOn(expected);
    const hidden = httpErrors === 'fail' ? '-hidden' : '';
    const whole = fault.id === 'ip-not-whitelisted' && hidden === '';
    await phone.screenshot(`fault-${fault.id}${hidden}`, { whole, document: whole });
    const pictured = fault.id === 'platform-timeout' && hidden === '';
    if (pictured) await phone.screenshot('trouble', { document: true });
    await recover(HOME);
  }

  async function endsOn(expected: string[]): Promise<void> {
    expect(expected).not.toEqual([]);
    await phone.waitForText(...expected);
    const hasContent = expected === HOME || expected === NOTICES;
    if (!hasContent) expect(await phone.buttons()).toContain('重试');
  }

  /**
   * The fault is over: the next step that the page offers leads to what the person wanted. More than once, where
   * the server leaves a platform alone for some seconds after its failures.
   */
  async function recover(wanted: string[]): Promise<void> {
    await phone.clearFaults();
    const deadline = Date.now() + RECOVERY_MS;
    for (;;) {
      await phone.waitForTextOrButton(wanted[0] ?? '', '重试');
      if (!(await phone.buttons()).includes('重试') || Date.now() > deadline) break;
      await phone.tap('重试');
    }
    await phone.waitForText(...wanted);
  }
});
