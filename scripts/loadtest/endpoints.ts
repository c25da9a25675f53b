import pLimit from 'p-limit';
import { Agent, fetch, type Headers } from 'undici';
import { StartFailure } from '../../server/config/start-failure.ts';
import type { Endpoint } from './arguments.ts';
import { errorText } from './http.ts';
import { isDataInterface } from './verdict.ts';

/** An interface as it is loaded. */
export interface LoadedEndpoint {
  /** What the report calls it; several requests can share one, such as the details of different notices. */
  name: string;
  requests: Endpoint[];
  /** What every good answer holds: a fast wrong answer must not count. Null where nothing is known of it. */
  holds: string | null;
  /** Whether the answer before the test held data. */
  data: boolean;
}

export interface Preflight {
  endpoints: LoadedEndpoint[];
  /** Requests a minute that the server takes from one address, by its own header; null without one. */
  perMinute: number | null;
  notes: string[];
}

/**
 * Looks at the server with single requests before it is loaded: whether it answers, whether its certificate and all
 * sessions are good, and what there is to ask for.
 *
 * @param own the interfaces that were asked for; null for the template's.
 * @param ca PEM of a root that is trusted beside those of Node; null: none.
 * @throws StartFailure in Chinese: what is wrong and what to do.
 */
export async function lookBefore(
  address: string,
  tokens: readonly string[],
  own: readonly Endpoint[] | null,
  ca: string | null = null,
): Promise<Preflight> {
  const ask = askFrom(address, ca);
  const [token = ''] = tokens;
  const me = await ask(token, { method: 'GET', path: '/api/me', body: null });
  if (me.status === 401) throw expired([0], tokens.length);
  expectGood('GET /api/me', me);
  await checkSessions(ask, tokens);
  const perMinute = Number(me.headers.get('x-ratelimit-limit') ?? Number.NaN);
  const found =
    own === null ? await templateEndpoints(ask, token) : { endpoints: own.map(single), notes: [] };
  for (const endpoint of found.endpoints) {
    const { name, requests, holds } = endpoint;
    const [first] = requests;
    if (first === undefined) continue;
    const answer = await ask(token, first);
    expectGood(name, answer);
    if (holds !== null && !answer.body.includes(holds)) {
      throw new StartFailure(`${name} 应答的内容不是本应用的（没有 ${holds}）。请核对地址。`);
    }
    endpoint.data = isDataInterface(name) && !isEmptyList(answer.body);
  }
  return { ...found, perMinute: Number.isFinite(perMinute) ? perMinute : null };
}

const single = (endpoint: Endpoint): LoadedEndpoint => ({
  name: `${endpoint.method} ${endpoint.path.replace(/\?.*/s, '')}`,
  requests: [endpoint],
  holds: null,
  data: false,
});

/** Fields that hold the entries of a list, also within each other: `{"data": {"list": []}}`. */
const listNames = ['data', 'items', 'list', 'rows', 'records', 'results', 'content'];

function isEmptyList(body: string): boolean {
  const empty = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.length === 0;
    if (typeof value !== 'object' || value === null) return false;
    return Object.entries(value).some(([name, inner]) => listNames.includes(name) && empty(inner));
  };
  try {
    return empty(JSON.parse(body));
  } catch {
    return false;
  }
}

async function templateEndpoints(ask: Asking, token: string): Promise<Omit<Preflight, 'perMinute'>> {
  const get = (path: string): Endpoint => ({ method: 'GET', path, body: null });
  const list = get('/api/notices?limit=20');
  const endpoints: LoadedEndpoint[] = [
    { name: 'GET /api/me', requests: [get('/api/me')], holds: '"user"', data: false },
  ];
  const answer = await ask(token, list);
  // An app may do without notices.
  if (answer.status === 404) {
    return { endpoints, notes: ['应用没有公告，只压测了 GET /api/me；请用 endpoint= 写上自己的业务接口。'] };
  }
  endpoints.push({ name: 'GET /api/notices', requests: [list], holds: '"items"', data: false });
  expectGood('GET /api/notices', answer);
  const { items } = JSON.parse(answer.body) as { items?: { id: string }[] };
  const ids = (items ?? []).map(({ id }) => id);
  if (ids.length === 0) return { endpoints, notes: ['库里没有公告，所以没有压测公告详情与标记已读。'] };
  endpoints.push(
    {
      name: 'GET /api/notices/:id',
      requests: ids.map((id) => get(`/api/notices/${id}`)),
      holds: '"body"',
      data: false,
    },
    {
      name: 'POST /api/notices/:id/read',
      requests: ids.map((id) => ({ method: 'POST', path: `/api/notices/${id}/read`, body: null })),
      holds: '"readAt"',
      data: false,
    },
  );
  return { endpoints, notes: [] };
}

async function checkSessions(ask: Asking, tokens: readonly string[]): Promise<void> {
  const limit = pLimit(10);
  const statuses = await Promise.all(
    tokens.map((token) =>
      limit(async () => (await ask(token, { method: 'GET', path: '/api/me', body: null })).status),
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

type Asking = (token: string, endpoint: Endpoint) => Promise<Answer>;

function askFrom(address: string, ca: string | null): Asking {
  const dispatcher = new Agent({ connect: ca === null ? {} : { ca } });
  return async (token, { method, path, body }) => {
    try {
      const response = await fetch(address + path, {
        method,
        redirect: 'manual',
        headers: headersOf(token, body),
        ...(body === null ? {} : { body }),
        signal: AbortSignal.timeout(30_000),
        dispatcher,
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    } catch (error) {
      throw new StartFailure(`连不上 ${address}：${errorText(error)}。请确认服务已启动、地址正确。`);
    }
  };
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
