import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import { StartFailure } from '../../server/config/start-failure.ts';
import type { LoginOutcome } from '../../server/contract/auth.ts';
import { errorText } from './http.ts';

export interface TestSessions {
  tokens: string[];
  /** Signs out whatever was signed in for the test alone. */
  close(): Promise<void>;
}

/** Sign-ins and sign-outs at once. */
const atOnce = 10;

/**
 * The tokens of a file: one a line, `#` begins a comment.
 *
 * @throws StartFailure in Chinese for a file that cannot be read or holds none.
 */
export async function tokensIn(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new StartFailure(`读不到会话令牌文件 ${file}：${errorText(error)}`);
  }
  const tokens = text.split(/\r?\n/).flatMap((line) => line.replace(/#.*/, '').trim() || []);
  if (tokens.length === 0) throw new StartFailure(`会话令牌文件 ${file} 里没有令牌：一行写一个。`);
  const wrong = tokens.findIndex((token) => !/^[\w.~+/=-]{16,1024}$/.test(token));
  // It would be a header that breaks the request. The message must not repeat it: it may be a secret.
  if (wrong >= 0) throw new StartFailure(`${file} 里的第 ${wrong + 1} 个不是会话令牌。`);
  return [...new Set(tokens)];
}

/** The emulated people who are signed in without a question; null where no emulator answers. */
async function emulatedPeople(emulatorUrl: string): Promise<string[] | null> {
  try {
    const response = await fetch(`${emulatorUrl}/_emulator/people`, { signal: AbortSignal.timeout(3000) });
    const people: unknown = response.ok ? await response.json() : null;
    if (!Array.isArray(people)) return null;
    return people.flatMap((person: { key: string; account: string; standing: string }) =>
      person.account === 'bound' && person.standing === 'member' ? person.key : [],
    );
  } catch {
    return null;
  }
}

/**
 * Signs in so many sessions at a server that runs against the emulator, one for each connection.
 *
 * @throws StartFailure in Chinese: no emulator there, or the server refuses its codes.
 */
export async function emulatedSessions(
  address: string,
  emulatorUrl: string,
  count: number,
  progress: (done: number) => void,
): Promise<TestSessions> {
  const people = await emulatedPeople(emulatorUrl);
  if (people === null || people.length === 0) {
    throw new StartFailure(
      `没有会话：本机没有运行平台仿真（${emulatorUrl}）。先运行 npm run dev，或用 tokens=文件 给出会话令牌，见 scripts/docs/loadtest.md。`,
    );
  }
  const limit = pLimit(atOnce);
  const tokens: string[] = [];
  const close = async () => {
    await Promise.all(tokens.map((token) => limit(() => signOut(address, token))));
  };
  try {
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        limit(async () => {
          tokens.push(await signIn(address, emulatorUrl, people[n % people.length] ?? ''));
          progress(tokens.length);
        }),
      ),
    );
  } catch (error) {
    limit.clearQueue();
    await close();
    throw error;
  }
  return { tokens, close };
}

/** Signs one person in, and waits in line as a client does; with a new code each time, which is simpler here. */
async function signIn(
  address: string,
  emulatorUrl: string,
  personId: string,
  place: string | null = null,
): Promise<string> {
  const { authCode } = (await post(`${emulatorUrl}/_emulator/auth-codes`, { personId })) as {
    authCode: string;
  };
  const outcome = (await post(`${address}/api/auth/login`, { authCode, place })) as LoginOutcome;
  if (outcome.outcome === 'wait') {
    await setTimeout(outcome.retryAfterSeconds * 1000);
    return signIn(address, emulatorUrl, personId, outcome.place);
  }
  if (outcome.outcome === 'signed-in' && outcome.session.token !== undefined) return outcome.session.token;
  throw new StartFailure(
    `${address} 没有让仿真的 ${personId} 登录（${outcome.outcome}）。数据库里是示例数据吗？`,
  );
}

async function post(url: string, body: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch (error) {
    throw new StartFailure(`连不上 ${new URL(url).origin}：${errorText(error)}`);
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  const code =
    typeof answer === 'object' && answer !== null && 'code' in answer ? ` ${String(answer.code)}` : '';
  throw new StartFailure(
    `登录失败：${new URL(url).pathname} 应答 ${response.status}${code}。本机的服务连的是平台仿真吗？不是的话，用 tokens=文件 给出会话令牌，见 scripts/docs/loadtest.md。`,
  );
}

async function signOut(address: string, token: string): Promise<void> {
  try {
    await fetch(`${address}/api/auth/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5000),
    });
  } catch {
    // The session expires by itself. Where the test broke the server, its figures say so.
  }
}
