import type { CallLog } from './log.ts';

/** How a container tells of an HTTP error status: versions differ, and the client must cope with each. */
export type StatusStyle =
  /** `fail({error: 19, status, data})`. */
  | 'fail-with-answer'
  /** `fail({error: 19, data})`. */
  | 'fail-with-data'
  /** `fail({error: 19, status})`. */
  | 'fail-with-status'
  /** `fail({error: 19})`. */
  | 'fail-bare'
  /** `success({status, data})`. */
  | 'success'
  /** `success({status, data})` with the status as text. */
  | 'success-with-text'
  /** `success({data})`. */
  | 'success-bare';

export interface Network {
  /**
   * `down` fails with error 12, `black-hole` with 13, `domain` with 11, `silent` never calls back, `status-zero`
   * succeeds with status 0 and no data.
   */
  state: 'up' | 'down' | 'black-hole' | 'domain' | 'silent' | 'status-zero';
  statusStyle: StatusStyle;
}

interface HttpOptions {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  data?: unknown;
  timeout?: number;
  dataType?: string;
  success?: (result: unknown) => void;
  fail?: (failure: unknown) => void;
  complete?: () => void;
}

const known = ['url', 'method', 'headers', 'data', 'timeout', 'dataType', 'success', 'fail', 'complete'];

/**
 * `dd.httpRequest` by its documentation, over a real socket: GET and POST only, form-urlencoded by default, JSON
 * only as a string, error numbers 11 to 14 and 19.
 */
export function createHttp(network: Network, log: CallLog) {
  return (options: HttpOptions): void => {
    const { method = 'GET', headers = {}, dataType = 'json' } = options;
    for (const name of Object.keys(options)) {
      if (!known.includes(name))
        log.violate(`httpRequest: unknown option ${name} (it is headers, not header)`);
    }
    if (method !== 'GET' && method !== 'POST') log.violate(`httpRequest: method ${method}`);
    const type = header(headers, 'content-type') ?? 'application/x-www-form-urlencoded';
    if (type.includes('json') && options.data !== undefined && typeof options.data !== 'string') {
      log.violate('httpRequest: a JSON body must be a string');
    }
    const request = {
      method,
      path: options.url.replace(/^https?:\/\/[^/]+/, ''),
      status: null as number | null,
    };
    log.requests.push(request);

    const settle = (kind: 'success' | 'fail', value: object) => {
      if (kind === 'success') options.success?.(value);
      else options.fail?.(value);
      options.complete?.();
    };
    if (network.state === 'silent') return;
    if (network.state === 'status-zero') {
      setImmediate(() => settle('success', { status: 0 }));
      return;
    }
    const refused = { down: 12, 'black-hole': 13, domain: 11, up: 0 }[network.state];
    if (refused !== 0) {
      setImmediate(() => settle('fail', { error: refused, errorMessage: 'refused by the double' }));
      return;
    }
    void send(options, method, type, headers).then(
      (answer) => {
        request.status = answer.status;
        const data = dataType === 'json' ? parse(answer.text) : { ok: true, value: answer.text };
        if (answer.status >= 400) {
          const value = data.ok ? data.value : answer.text;
          settle(
            ...told(network.statusStyle, { status: answer.status, data: value, headers: answer.headers }),
          );
        } else if (!data.ok) {
          settle('fail', { error: 14, errorMessage: 'not JSON' });
        } else {
          settle('success', { status: answer.status, data: data.value, headers: answer.headers });
        }
      },
      (error: unknown) => {
        const timedOut = error instanceof Error && error.name === 'TimeoutError';
        settle('fail', { error: timedOut ? 13 : 12, errorMessage: String(error) });
      },
    );
  };
}

/** An HTTP error status as a container of that style tells it. */
function told(
  style: StatusStyle,
  answer: { status: number; data: unknown; headers: object },
): ['success' | 'fail', object] {
  const { status, data } = answer;
  const styles: Record<StatusStyle, ['success' | 'fail', object]> = {
    'fail-with-answer': ['fail', { error: 19, ...answer }],
    'fail-with-data': ['fail', { error: 19, data }],
    'fail-with-status': ['fail', { error: 19, status }],
    'fail-bare': ['fail', { error: 19 }],
    success: ['success', answer],
    'success-with-text': ['success', { ...answer, status: String(status) }],
    'success-bare': ['success', { data }],
  };
  return styles[style];
}

async function send(options: HttpOptions, method: string, type: string, headers: Record<string, string>) {
  const { url, data, timeout = 30_000 } = options;
  const form =
    typeof data === 'object' && data !== null ? new URLSearchParams(Object.entries(data)).toString() : null;
  const response = await fetch(url, {
    method,
    headers: method === 'POST' ? { ...headers, 'Content-Type': type } : headers,
    signal: AbortSignal.timeout(timeout),
    ...(method === 'POST' ? { body: form ?? String(data ?? '') } : {}),
  });
  return {
    status: response.status,
    text: await response.text(),
    headers: Object.fromEntries(response.headers),
  };
}

function header(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function parse(text: string): { ok: boolean; value: unknown } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, value: null };
  }
}
