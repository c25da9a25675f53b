import { readFileSync } from 'node:fs';
import { loadtestSessions } from '../../server/config/constants.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { readWords } from '../words.ts';

export interface Endpoint {
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  /** JSON text. */
  body: string | null;
}

/** What `npm run loadtest` was asked to do. */
export interface LoadTestRequest {
  /** Null: the server of `npm run dev`. */
  url: string | null;
  /** Concurrency of each step. */
  connections: number[];
  /** Of each step. */
  seconds: number;
  warmUpSeconds: number;
  timeoutSeconds: number;
  /** A file with session tokens, one a line. */
  tokens: string | null;
  /** Null, without {@link endpointsFile}: the template's own data interfaces. */
  endpoints: Endpoint[] | null;
  /** A file with interfaces, one a line. */
  endpointsFile: string | null;
  /** PEM of a root that is trusted beside those of Node; null: none. */
  ca: string | null;
}

export const limits = {
  connections: loadtestSessions.most,
  seconds: 600,
  steps: 10,
  totalSeconds: 3600,
} as const;

export const usage = `用法：
  npm run loadtest                                     压测本机的 npm run dev（试跑）
  npm run loadtest https://app.example.gov.cn          压测应用域名
  npm run loadtest https://app.example.gov.cn "50,100,200" 30s
                                                       每档的并发数（要加引号）、每档多少秒
更多选项，写成 名字=值：
  connections="50,100,200" seconds=30 warm-up=5 timeout=10
  tokens=文件             会话令牌，一行一个。不写：本机用平台仿真登录，应用域名用生产服务器上 loadtest:sessions 开的会话
  endpoint="GET /api/x"   要压测的接口，可写多次
  endpoints=文件          要压测的接口，一行一个，POST 的内容写在后面：POST /api/x {"a":1}
  ca=文件.pem             额外信任这个根证书（演练用，报告会注明）
详细说明：scripts/docs/loadtest.md`;

function refuse(problem: string): never {
  throw new StartFailure(`${problem}\n\n${usage}`);
}

/**
 * Reads the command line. A word is an address, a time such as `30s` or concurrencies by its form; see `readWords` for
 * `name=value`.
 *
 * @throws StartFailure in Chinese, with the usage.
 */
export function readArguments(args: readonly string[]): LoadTestRequest {
  const { values, positionals } = readWords(args, options, usage);
  const given = { url: values.url, seconds: values.seconds };
  const concurrency = values.connections === undefined ? [] : [values.connections];
  for (const word of positionals) {
    const name = /^https?:/i.test(word) ? 'url' : /^\d+s$/i.test(word) ? 'seconds' : null;
    if (name === null) {
      // PowerShell makes three words of 50,100,200 without quotes.
      concurrency.push(word);
      continue;
    }
    if (given[name] !== undefined) refuse(`“${word}”多余：已经写了 ${given[name]}。`);
    given[name] = word;
  }
  const seconds = number(given.seconds?.replace(/s$/i, '') ?? '30', '每档的秒数', 1, limits.seconds);
  const connections = readConnections(concurrency.length > 0 ? concurrency.join(',') : '50,100,200');
  const total = seconds * connections.length;
  if (total > limits.totalSeconds) {
    refuse(`一共要压测 ${total} 秒，上限是 ${limits.totalSeconds} 秒，请减少档数或每档的秒数。`);
  }
  return {
    url: given.url ?? null,
    connections,
    seconds,
    warmUpSeconds: number(values['warm-up'] ?? '5', '预热的秒数', 0, 60),
    timeoutSeconds: number(values.timeout ?? '10', '超时的秒数', 1, 60),
    tokens: values.tokens ?? null,
    endpoints: values.endpoint?.map((text) => readEndpoint(text, refuse)) ?? null,
    endpointsFile: values.endpoints ?? null,
    ca: values.ca === undefined ? null : readPem(values.ca),
  };
}

const options = {
  url: { type: 'string' },
  connections: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  timeout: { type: 'string' },
  tokens: { type: 'string' },
  endpoint: { type: 'string', multiple: true },
  endpoints: { type: 'string' },
  ca: { type: 'string' },
} as const;

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return refuse(`读不到根证书 ${file}，请检查路径。`);
  }
}

function number(text: string, what: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) refuse(`${what}应为 ${min} 到 ${max} 之间的整数，写的是“${text}”。`);
  return value;
}

function readConnections(text: string): number[] {
  const steps = text.split(',').map((step) => number(step.trim(), '并发数', 1, limits.connections));
  if (steps.length > limits.steps) refuse(`最多 ${limits.steps} 档，写了 ${steps.length} 档。`);
  return steps;
}

/**
 * Reads one interface: `GET /api/x?y=1`, or `POST /api/x {"a":1}`.
 *
 * @param wrong throws with what is wrong, in Chinese.
 */
export function readEndpoint(text: string, wrong: (problem: string) => never): Endpoint {
  const [, method, path = '', body] = /^(GET|POST)\s+(\/\S*)(?:\s+(.+))?$/s.exec(text.trim()) ?? [];
  if (method !== 'GET' && method !== 'POST') {
    return wrong(`看不懂接口“${text}”：写成 GET /api/x，或 POST /api/x {"a":1}。`);
  }
  if (body !== undefined) {
    if (method === 'GET') wrong(`GET 接口不能带内容：${text}`);
    try {
      JSON.parse(body);
    } catch {
      wrong(
        `接口“${method} ${path}”的内容不是 JSON：${body}。命令行会改动引号，请写进文件，用 endpoints=文件。`,
      );
    }
  }
  return { method, path, body: body ?? null };
}
