import { entry } from '../entry.ts';

export type Container = 'dingtalk' | 'zhezhengding';

/**
 * The platform of the client that shows this page; null in an ordinary browser. 浙政钉's clients have `TaurusApp` in their
 * user agent, some also `DingTalk`.
 */
export function containerOf(userAgent: string): Container | null {
  if (/TaurusApp/i.test(userAgent)) return 'zhezhengding';
  return /DingTalk/i.test(userAgent) ? 'dingtalk' : null;
}

/** The platform for a sign-in without a password; null unless the client is of the server's platform. */
export const ownContainer: Container | null =
  containerOf(navigator.userAgent) === entry.platform ? entry.platform : null;

/** Longest wait for the client's answer, in milliseconds: some clients never answer. */
const waitMs = 10_000;

/** The client gave no code. */
export class NoCode extends Error {
  override readonly name = 'NoCode';
}

/**
 * Asks the platform's client for a single-use code, valid for five minutes. Only the used platform's library is loaded.
 *
 * @throws NoCode if the client refuses or does not answer in time.
 */
export async function authCode(container: Container): Promise<string> {
  const asked = container === 'dingtalk' ? dingtalkCode() : zhezhengdingCode();
  let timer = 0;
  const late = new Promise<never>((_resolve, reject) => {
    timer = window.setTimeout(() => reject(new NoCode('the client has not answered')), waitMs);
  });
  try {
    const code = await Promise.race([asked, late]);
    if (typeof code !== 'string' || code === '') throw new NoCode('the answer holds no code');
    return code;
  } catch (cause) {
    console.warn('no auth code', cause);
    throw cause instanceof NoCode ? cause : new NoCode('the client has refused');
  } finally {
    window.clearTimeout(timer);
  }
}

async function dingtalkCode(): Promise<string | undefined> {
  const { requestDingTalkCode } = await import('./dingtalk.ts');
  return requestDingTalkCode(entry.corpId ?? '');
}

async function zhezhengdingCode(): Promise<string | undefined> {
  const { requestZhezhengdingCode } = await import('./zhezhengding.ts');
  return requestZhezhengdingCode();
}
