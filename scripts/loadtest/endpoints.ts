import pLimit from 'p-limit';
import { StartFailure } from '../../server/config/start-failure.ts';
import type { Endpoint } from './arguments.ts';
import { errorText } from './http.ts';

/** An interface as it is loaded. */
export interface LoadedEndpoint {
  /** What the report calls it; several requests can share one, such as the details of different notices. */
  name: string;
  requests: Endpoint[];
  /** What every good answer holds: a fast wrong answer must not count. Null where nothing is known of it. */
  holds: string | null;
}

export interface Preflight {
  endpoints: LoadedEndpoint[];
  /** Requests a minute that the server takes from one address, as it says itself; null where it does not say. */
  perMinute: number | null;
  notes: string[];
}

/**
 * Looks at the server with single requests before it is loaded: whether it answers, whether its certificate and all
 * sessions are good, and what there is to ask for.
 *
 * @param own the interfaces that were asked for; null for the template's.
 * @throws StartFailure in Chinese: what is wrong and what to do.
 */
export async function lookBefore(
  address: string,
  tokens: readonly string[],
  own: readonly Endpoint[] | null,
): Promise<Preflight> {
  const [token = ''] = tokens;
  const me = await ask(address, token, { method: 'GET', path: '/api/me', body: null });
  if (me.status === 401) throw expired([0], tokens.length);
  expectGood('GET /api/me', me);
  await checkSessions(address, tokens);
  const perMinute = Number(me.headers.get('x-ratelimit-limit') ?? Number.NaN);
  const found =
    own === null ? await templateEndpoints(address, token) : { endpoints: own.map(single), notes: [] };
  for (const { name, requests, holds } of found.endpoints) {
    const [first] = requests;
    if (first === undefined) continue;
    const answer = await ask(address, token, first);
    expectGood(name, answer);
    if (holds !== null && !answer.body.includes(holds)) {
      throw new StartFailure(`${name} 应答的内容不是本应用的（没有 ${holds}）。请核对地址。`);
    }
  }
  return { ...found, perMinute: Number.isFinite(perMinute) ? perMinute : null };
}

const single = (endpoint: Endpoint): LoadedEndpoint => ({
  name: `${endpoint.method} ${endpoint.path.replace(/\?.*/s, '')}`,
  requests: [endpoint],
  holds: null,
});

async function templateEndpoints(address: string, token: string): Promise<Omit<Preflight, 'perMinute'>> {
  const get = (path: string): Endpoint => ({ method: 'GET', path, body: null });
  const list = get('/api/notices?limit=20');
  const endpoints: LoadedEndpoint[] = [
    { name: 'GET /api/me', requests: [get('/api/me')], holds: '"user"' },
    { name: 'GET /api/notices', requests: [list], holds: '"items"' },
  ];
  const answer = await ask(address, token, list);
  expectGood('GET /api/notices', answer);
  const { items } = JSON.parse(answer.body) as { items?: { id: string }[] };
  const ids = (items ?? []).map(({ id }) => id);
  if (ids.length === 0) return { endpoints, notes: ['库里没有公告，所以没有压测公告详情与标记已读。'] };
  endpoints.push(
    { name: 'GET /api/notices/:id', requests: ids.map((id) => get(`/api/notices/${id}`)), holds: '"body"' },
    {
      name: 'POST /api/notices/:id/read',
      requests: ids.map((id) => ({ method: 'POST', path: `/api/notices/${id}/read`, body: null })),
      holds: '"readAt"',
    },
  );
  return { endpoints, notes: [] };
}

async function checkSessions(address: string, tokens: readonly string[]): Promise<void> {
  const limit = pLimit(10);
  const statuses = await Promise.all(
    tokens.map((token) =>
      limit(async () => (await ask(address, token, { method: 'GET', path: '/api/me', body: null })).status),
    ),
  );
  const over = statuses.flatMap((status, index) => (status === 401 ? index : []));
  if (over.length > 0) throw expired(over, tokens.length);
}

function expired(indexes: readonly number[], count: number): StartFailure {
  const which = indexes
    .slice(0, 10)
    .map((index) => index + 1)
    .join('、');
  return new StartFailure(
    `${count} 个会话里有 ${indexes.length} 个已经失效（第 ${which}${indexes.length > 10 ? ' 等' : ''} 个）。请重新登录，换上新的会话令牌，见 scripts/docs/loadtest.md。`,
  );
}

interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

async function ask(address: string, token: string, { method, path, body }: Endpoint): Promise<Answer> {
  try {
    const response = await fetch(address + path, {
      method,
      redirect: 'manual',
      headers: headersOf(token, body),
      ...(body === null ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    throw new StartFailure(`连不上 ${address}：${errorText(error)}。请确认服务已启动、地址正确。`);
  }
}

/** The headers of a request of a session. */
export function headersOf(token: string, body: string | null): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
}

function expectGood(name: string, { status, headers }: Answer): void {
  if (status >= 200 && status < 300) return;
  const where = status >= 300 && status < 400 ? `，跳转到 ${headers.get('location') ?? '别处'}` : '';
  const remedy =
    status === 429
      ? '这个地址的请求已经太多，被限流了：等一分钟再试，并看 scripts/docs/loadtest.md 的“限流”。'
      : status === 401
        ? '会话已经失效，请换上新的会话令牌。'
        : '先让单个请求正常，再压测。';
  throw new StartFailure(`压测没有开始：${name} 应答 ${status}${where}。${remedy}`);
}
