import { parseArgs } from 'node:util';
import { StartFailure } from '../../server/start-failure.ts';

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
  /** Null: the template's own data interfaces. */
  endpoints: Endpoint[] | null;
}

export const limits = { connections: 2000, seconds: 600, steps: 10, totalSeconds: 3600 } as const;

export const usage = `用法：
  npm run loadtest                                     压测本机的 npm run dev（试跑）
  npm run loadtest https://app.example.gov.cn          压测应用域名
  npm run loadtest https://app.example.gov.cn 50,100,200 30s
                                                       每档的并发数、每档多少秒
更多选项（PowerShell 里请把 -- 写成 '--'）：
  npm run loadtest -- --url 地址 --connections 50,100,200 --seconds 30 --warm-up 5 --timeout 10
  --tokens 文件           会话令牌，一行一个。不写：本机用平台仿真登录，应用域名用 npm run loadtest:sessions 开的会话
  --endpoint "GET /api/x" 要压测的接口，可写多次；POST 的内容写在后面："POST /api/x {\\"a\\":1}"
详细说明：docs/loadtest.md`;

function refuse(problem: string): never {
  throw new StartFailure(`${problem}\n\n${usage}`);
}

/** @throws StartFailure in Chinese, with the usage. */
export function readArguments(args: readonly string[]): LoadTestRequest {
  const { values, positionals } = parsed(args);
  const given = { url: values.url, connections: values.connections, seconds: values.seconds };
  // By what they look like: a shell that swallows `--` leaves only these.
  for (const word of positionals) {
    const name = /^https?:/i.test(word) ? 'url' : /^\d+s$/i.test(word) ? 'seconds' : 'connections';
    if (given[name] !== undefined) refuse(`“${word}”多余：已经写了 ${given[name]}。`);
    given[name] = word;
  }
  const seconds = number(given.seconds?.replace(/s$/i, '') ?? '30', '每档的秒数', 1, limits.seconds);
  const connections = readConnections(given.connections ?? '50,100,200');
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
    endpoints: values.endpoint?.map(readEndpoint) ?? null,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        connections: { type: 'string' },
        seconds: { type: 'string' },
        'warm-up': { type: 'string' },
        timeout: { type: 'string' },
        tokens: { type: 'string' },
        endpoint: { type: 'string', multiple: true },
      },
    });
  } catch {
    return refuse(`看不懂这些参数：${args.join(' ')}`);
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

function readEndpoint(text: string): Endpoint {
  const [, method, path = '', body] = /^(GET|POST)\s+(\/\S*)(?:\s+(.+))?$/s.exec(text.trim()) ?? [];
  if (method !== 'GET' && method !== 'POST') {
    return refuse(`看不懂接口“${text}”：写成 "GET /api/x" 或 "POST /api/x {\\"a\\":1}"。`);
  }
  if (body !== undefined) {
    if (method === 'GET') refuse(`GET 接口不能带内容：${text}`);
    try {
      JSON.parse(body);
    } catch {
      refuse(`接口“${method} ${path}”的内容不是 JSON：${body}`);
    }
  }
  return { method, path, body: body ?? null };
}
