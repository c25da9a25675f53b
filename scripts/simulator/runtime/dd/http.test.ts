import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { TransportRequest, TransportResponse } from '../device.ts';
import { call, openCaller } from './caller.ts';

/** A server that records what it gets and answers what it is told. */
function server(answer: Partial<TransportResponse> = {}) {
  const requests: TransportRequest[] = [];
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    requests.push(request);
    return { status: 200, headers: {}, text: '{"a":1}', ...answer };
  };
  return { requests, transport };
}

const url = 'http://server.invalid/api';

/**
 * Sources: DingTalk's document of dd.httpRequest (https://open.dingtalk.com/document/orgapp-client/send-network-requests):
 * methods, content types, `headers`, `dataType`, `timeout`, `{data, status, headers}`, error numbers 11 to 14 and 19.
 * The documents do not say how an HTTP error ends; containers differ, so the device has all three ways.
 */
describe('dd.httpRequest', () => {
  test('GET and POST only', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await call(app, 'httpRequest', { url, method })).fail?.errorMessage).toContain(method);
    }
    expect(requests).toHaveLength(0);
  });

  test('a body is form-urlencoded by default', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    await call(app, 'httpRequest', { url, method: 'POST', data: { a: 1, b: '中 文' } });
    expect(requests[0]).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=1&b=%E4%B8%AD+%E6%96%87',
    });
  });

  test('JSON must be a string', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    const headers = { 'Content-Type': 'application/json' };
    const refused = await call(app, 'httpRequest', { url, method: 'POST', headers, data: { a: 1 } });
    expect(refused.fail?.errorMessage).toContain('JSON.stringify');
    await call(app, 'httpRequest', { url, method: 'POST', headers, data: '{"a":1}' });
    expect(requests.map((request) => request.body)).toEqual(['{"a":1}']);
  });

  test('data of a GET goes into the query', async () => {
    const { requests, transport } = server();
    const app = await openCaller({ transport });
    await call(app, 'httpRequest', { url: `${url}?x=1`, data: { a: 2 } });
    expect(requests[0]?.url).toBe(`${url}?x=1&a=2`);
  });

  test('an option that does not exist is refused by its name: it is headers, not header', async () => {
    const app = await openCaller({ transport: server().transport });
    expect((await call(app, 'httpRequest', { url, header: {} })).fail?.errorMessage).toContain('headers');
    expect((await call(app, 'httpRequest', { url, datatype: 'text' })).fail?.errorMessage).toContain(
      'datatype',
    );
  });

  test('success has data, status and headers', async () => {
    const app = await openCaller({ transport: server({ headers: { 'x-a': 'b' } }).transport });
    expect(await call(app, 'httpRequest', { url })).toEqual({
      success: { data: { a: 1 }, status: 200, headers: { 'x-a': 'b' } },
    });
    expect(await call(app, 'httpRequest', { url, dataType: 'text' })).toMatchObject({
      success: { data: '{"a":1}' },
    });
    expect(await call(app, 'httpRequest', { url, dataType: 'base64' })).toMatchObject({
      success: { data: 'eyJhIjoxfQ==' },
    });
  });

  test('11: the host is not on the list of HTTP 可信域名', async () => {
    const app = await openCaller({ transport: server().transport, trustedHosts: ['other.invalid'] });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(11);
  });

  test.each([
    ['no network', { noNetwork: true }],
    ['a server that is down', { serverDown: true }],
  ])('12: %s', async (_name, faults) => {
    const app = await openCaller({ transport: server().transport, faults });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(12);
  });

  test('12: the transport fails', async () => {
    const app = await openCaller({ transport: () => Promise.reject(new Error('ECONNREFUSED')) });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(12);
  });

  test('13: no answer in time, and the request is given up', async () => {
    let aborted = false;
    const transport = ({ signal }: TransportRequest): Promise<TransportResponse> => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => undefined);
    };
    const app = await openCaller({ transport });
    expect((await call(app, 'httpRequest', { url, timeout: 10 })).fail?.error).toBe(13);
    expect(aborted).toBe(true);
  });

  test('13: a slow network', async () => {
    const app = await openCaller({ transport: server().transport, faults: { slowNetworkMs: 200 } });
    expect((await call(app, 'httpRequest', { url, timeout: 10 })).fail?.error).toBe(13);
  });

  test('many requests at once are all given up at the end', async () => {
    const requests: TransportRequest[] = [];
    const transport = (request: TransportRequest): Promise<TransportResponse> => {
      requests.push(request);
      return new Promise(() => undefined);
    };
    const app = await openCaller({ transport });
    for (let index = 0; index < 30; index += 1) void call(app, 'httpRequest', { url });
    await app.waitFor(() => requests.length === 30);
    app.phone.stop();
    expect(requests.filter(({ signal }) => signal.aborted)).toHaveLength(30);
  });

  // In a process of its own, since Node's warnings are told on standard error.
  test('many requests at once cause no warning of Node', async () => {
    const contents = `
      import { httpRequest } from './http.ts';
      import { Run } from '../run.ts';
      const run = new Run({ emit() {}, report() {}, reportRejection() {} });
      const device = { faults: {}, transport: () => new Promise(() => undefined) };
      const asked = Array.from({ length: 30 }, () => httpRequest(run, device, { url: ${JSON.stringify(url)} }));
      setImmediate(() => run.end());
      const answers = await Promise.allSettled(asked);
      console.log(answers.filter(({ reason }) => reason?.code === 12).length);`;
    const stdin = { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) };
    const { outputFiles } = await build({
      stdin,
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
    });
    const args = ['--input-type=module', '--eval', outputFiles[0]?.text ?? ''];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    expect({ stdout, stderr }).toEqual({ stdout: '30\n', stderr: '' });
  });

  test('14: the answer is no JSON', async () => {
    const app = await openCaller({ transport: server().transport, faults: { htmlAnswer: true } });
    expect((await call(app, 'httpRequest', { url })).fail?.error).toBe(14);
  });

  test.each([
    ['fail', ['error'], 'fail'],
    ['fail-with-status', ['error', 'status'], 'fail'],
    ['fail-with-body', ['data', 'error'], 'fail'],
    ['fail-with-data', ['data', 'error', 'headers', 'status'], 'fail'],
    ['success', ['data', 'headers', 'status'], 'success'],
    ['success-with-text', ['data', 'headers', 'status'], 'success'],
    ['success-with-body', ['data'], 'success'],
  ] as const)(
    '19: HTTP 400 and above, where the container tells it by %s',
    async (httpErrors, fields, how) => {
      const { transport } = server({ status: 401 });
      const app = await openCaller({ transport, httpErrors });
      const answer = ((await call(app, 'httpRequest', { url })) as Record<string, object>)[how] ?? {};
      expect(
        Object.keys(answer)
          .filter((name) => name !== 'errorMessage')
          .sort(),
      ).toEqual(fields);
      const { status } = answer as { status?: unknown };
      if (status !== undefined) expect(status).toBe(httpErrors === 'success-with-text' ? '401' : 401);
    },
  );

  test('13 at once, status 0, and no answer at all', async () => {
    const { transport } = server();
    const late = await openCaller({ transport, faults: { requestTimesOut: true } });
    expect((await call(late, 'httpRequest', { url })).fail?.error).toBe(13);
    const zero = await openCaller({ transport, faults: { statusZero: true } });
    expect((await call(zero, 'httpRequest', { url })).success).toEqual({ status: 0 });
    const silent = await openCaller({ transport, faults: { requestHangs: true } });
    const answered = call(silent, 'httpRequest', { url }).then(() => 'answered');
    const waited = new Promise((resolve) => setTimeout(() => resolve('silence'), 20));
    expect(await Promise.race([answered, waited])).toBe('silence');
  });

  // A gateway's own page: the status is there before anybody reads the body.
  test.each(['fail', 'fail-with-data', 'success'] as const)(
    '19, not 14: HTTP 502 with an HTML page, where errors are given as %s',
    async (httpErrors) => {
      const { transport } = server({ status: 502, text: '<html>Bad Gateway</html>' });
      const app = await openCaller({ transport, httpErrors });
      const answer = await call(app, 'httpRequest', { url });
      const data = { status: 502, data: '<html>Bad Gateway</html>' };
      if (httpErrors === 'success') expect(answer.success).toMatchObject(data);
      else expect(answer.fail).toMatchObject({ error: 19, ...(httpErrors === 'fail' ? {} : data) });
    },
  );

  test('a large answer as base64', async () => {
    const app = await openCaller({ transport: server({ text: 'x'.repeat(300_000) }).transport });
    const { success } = await call(app, 'httpRequest', { url, dataType: 'base64' });
    expect((success as { data: string }).data).toHaveLength(400_000);
  });

  test('data of a GET as a string goes nowhere, so it is refused', async () => {
    const app = await openCaller({ transport: server().transport });
    expect((await call(app, 'httpRequest', { url, data: 'a=1' })).fail?.errorMessage).toContain('GET');
  });

  test('every request is on the timeline with its status or error', async () => {
    const app = await openCaller({ transport: server({ status: 500 }).transport });
    await call(app, 'httpRequest', { url });
    app.faults.noNetwork = true;
    await call(app, 'httpRequest', { url });
    const requests = app.events.filter((event) => event.kind === 'request');
    expect(requests).toMatchObject([
      { method: 'GET', url, status: 500 },
      { method: 'GET', url, error: 12 },
    ]);
  });
});
