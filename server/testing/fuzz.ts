import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { development } from '../config/constants.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { type Built, build } from './build.ts';
import { callback, callbackEnvironment, personEvent } from './event-callback.ts'; // part: events
import { bearer, expectFault, ticketOf } from './http.ts';
import { csvOf, importFile, previewOf } from './import.ts';

/**
 * Sends good, almost good and senseless requests to every operation of the OpenAPI document, signed in and not: no
 * answer may be a server fault, and every refusal must have the contract's shape.
 */

/** The numbers of generated requests. */
export interface Effort {
  /** For all operations together. */
  requests: number;
  /** For one operation: 浙政钉's server has only one of its own. */
  requestsEach: number;
  /** For addresses that do not exist. */
  requestsElsewhere: number;
  /** The seed of the random requests; by default different in each run. */
  seed?: number;
}

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  pattern?: string;
  format?: string;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}
interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json'?: { schema: Schema }; 'text/csv'?: object } };
}

let server: Built;
let token: string;

/** A valid value for a field of this name, made when the request is sent. */
const right: Record<string, (path: string) => unknown> = {
  authCode: () => server.code('zhangsan'),
  ticket: freshTicket,
  username: () => 'lisi',
  password: () => development.password,
  currentPassword: () => 'not-the-password',
  newPassword: () => 'a-fine-new-password-1987',
  id: async (path) => {
    if (isAboutPeople(path)) return (await somebody()).id;
    // part: notices
    if (path.startsWith('/api/admin/notices/')) {
      return (await server.prisma.notice.create({ data: { title: '草稿', body: '正文' } })).id;
    }
    const published = { publishedAt: { not: null } };
    return (await server.prisma.notice.findFirst({ where: published }))?.id ?? randomUUID();
  },
  version: async (path) => (isAboutPeople(path) ? (await somebody()).updatedAt.toISOString() : 1),
  disable: () => false,
  people: () => [{ dingUserId: '990001', name: '陈某某' }],
  limit: () => '5',
  cursor: () => '',
  client: () => 'mini',
};

const isAboutPeople = (path: string) => /^\/api\/admin\/(?:people|super-executives)\//.test(path);

/** A person as they are now, who is not the one that asks. */
const somebody = () =>
  server.prisma.user.findFirstOrThrow({ where: { username: { not: 'admin' } }, orderBy: { id: 'asc' } });

/** A ticket that can be used, whatever the requests before it have bound or locked. */
async function freshTicket(): Promise<string> {
  const unbound = { dingUserId: null, boundAt: null, boundBy: null };
  await server.prisma.user.updateMany({ where: { username: 'lisi' }, data: unbound });
  await server.prisma.lockout.deleteMany();
  return ticketOf(server, 'wangwu');
}

/** A placeholder in a generated request for the valid value of the field. */
const rightValue = Symbol('right');

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ minLength: 3000, maxLength: 9000 }),
  fc.constantFrom('', ' ', '\u0000', '\ud800', '-1', '1e309', '__proto__', "' OR 1=1 --", '٣', '../../etc'),
  fc.uuid(),
);
const oddValue = fc.oneof(
  oddText,
  fc.anything({ maxDepth: 3, withNullPrototype: false, withBigInt: false }),
  fc.constantFrom(null, true, -0, Number.MAX_SAFE_INTEGER, [], {}, [[[]]]),
);

/** A value that usually passes the schema. */
function validValue(
  name: string,
  { type, enum: words }: Schema,
  text: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (Array.isArray(words)) return fc.constantFrom(...words);
  if (Object.hasOwn(right, name)) return fc.constant(rightValue);
  return type === 'boolean' ? fc.boolean() : text;
}

function valueFor(name: string, schema: Schema): fc.Arbitrary<unknown> {
  const valid = validValue(name, schema, fc.string({ minLength: 1, maxLength: 40 }));
  return fc.oneof({ arbitrary: valid, weight: 4 }, { arbitrary: oddValue, weight: 1 });
}

function bodyFor(schema: Schema | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) return fc.oneof(fc.constant(undefined), fc.constant({}), oddValue);
  const fields = Object.entries(schema.properties ?? {});
  const record = Object.fromEntries(fields.map(([name, field]) => [name, valueFor(name, field)]));
  // These alone come often enough for every run to have some that get past the checks of their form.
  const allRight = Object.fromEntries(
    fields
      .filter(([name]) => schema.required?.includes(name))
      .map(([name, field]) => [name, validValue(name, field, fc.constant('x'))]),
  );
  return fc.oneof(
    { arbitrary: fc.record(allRight), weight: 1 },
    { arbitrary: fc.record(record), weight: 3 },
    { arbitrary: fc.record({ ...record, more: oddValue }, { requiredKeys: [] }), weight: 2 },
    { arbitrary: oddValue, weight: 1 },
  );
}

const headerValue = fc
  .oneof(fc.string({ maxLength: 60 }), fc.string({ minLength: 2000, maxLength: 20_000 }))
  .map((text) => text.replace(/[^\x20-\x7e]/g, ''));

/** Headers that servers and frameworks look at, with what they expect and with anything. */
const oddHeaders = fc.dictionary(
  fc.constantFrom(
    ...['accept', 'accept-encoding', 'authorization', 'content-encoding', 'content-length', 'content-type'],
    ...[
      'cookie',
      'expect',
      'forwarded',
      'host',
      'if-none-match',
      'origin',
      'range',
      'referer',
      'te',
      'upgrade',
    ],
    ...['sec-fetch-site', 'transfer-encoding', 'x-forwarded-for', 'x-http-method-override', 'x-request-id'],
  ),
  fc.oneof(
    headerValue,
    headerValue.map((text) => `__Host-session=${text}`),
    fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data',
    ),
    fc.constantFrom(
      'chunked',
      'gzip',
      '0',
      '-1',
      '99999999',
      'null',
      'https://elsewhere.example',
      'cross-site',
    ),
  ),
  { maxKeys: 3 },
);

interface Sent {
  method: string;
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body: unknown;
  /** The text that is sent instead of the body as JSON. */
  raw: string | null;
  headers: Record<string, string>;
  signedIn: boolean;
}

function requestFor(path: string, method: string, operation: Operation): fc.Arbitrary<Sent> {
  const parameters = operation.parameters ?? [];
  const of = (place: string) =>
    Object.fromEntries(
      parameters
        .filter((one) => one.in === place)
        .map((one) => [one.name, valueFor(one.name, one.schema ?? {})]),
    );
  const needed = Object.fromEntries(
    parameters
      .filter((one) => one.in === 'query' && one.required)
      .map((one) => [one.name, validValue(one.name, one.schema ?? {}, fc.constant('x'))]),
  );
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, valueFor(name, {})] as const);
  const otherMethod = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE');
  return fc.record({
    method: fc.oneof({ arbitrary: fc.constant(method), weight: 9 }, { arbitrary: otherMethod, weight: 1 }),
    params: fc.record({ ...Object.fromEntries(names), ...of('path') }),
    query: fc.oneof(
      { arbitrary: fc.record(needed), weight: 1 },
      { arbitrary: fc.record(of('query'), { requiredKeys: [] }), weight: 3 },
      { arbitrary: fc.dictionary(oddText, oddText, { maxKeys: 3 }), weight: 1 },
    ),
    body: bodyFor(operation.requestBody?.content['application/json']?.schema),
    raw: fc.oneof(
      { arbitrary: fc.constant(null), weight: 8 },
      { arbitrary: fc.oneof(oddText, fc.json()), weight: 1 },
    ),
    headers: fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, { arbitrary: oddHeaders, weight: 1 }),
    signedIn: fc.boolean(),
  });
}

async function filled(path: string, name: string, value: unknown): Promise<unknown> {
  return value === rightValue ? right[name]?.(path) : value;
}

async function filledAll(path: string, fields: Record<string, unknown>): Promise<Record<string, unknown>> {
  const entries = Object.entries(fields).map(
    async ([name, value]) => [name, await filled(path, name, value)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** As text that may stand in an address; what has no text of its own is left out. */
function inAddress(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return encodeURIComponent((text ?? '').replace(/\p{Surrogate}/gu, ''));
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function send(path: string, sent: Sent): Promise<LightMyRequestResponse> {
  const params = await filledAll(path, sent.params);
  const query = Object.entries(await filledAll(path, sent.query)).map(
    ([name, value]) => `${inAddress(name)}=${inAddress(value)}`,
  );
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => inAddress(params[name]));
  const body = isFields(sent.body) ? await filledAll(path, sent.body) : sent.body;
  const text = takesFiles(path) ? `用户名,姓名\n${inAddress(sent.body)}` : JSON.stringify(body);
  // `JSON.stringify` gives undefined for undefined, whatever its type says.
  const payload: string | undefined = sent.raw ?? text;
  const hasBody = payload !== undefined && !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(sent.method);
  const contentType = takesFiles(path) ? 'text/csv' : 'application/json';
  return server.app.inject({
    method: sent.method as NonNullable<InjectOptions['method']>,
    url: query.length > 0 ? `${address}?${query.join('&')}` : address,
    headers: {
      ...(hasBody && { 'content-type': contentType }),
      ...(sent.signedIn && { authorization: `Bearer ${token}` }),
      ...sent.headers,
    },
    ...(hasBody && { payload }),
  });
}

function expectContract(sent: Sent, response: LightMyRequestResponse): void {
  expect(response.statusCode).toBeLessThan(500);
  if (response.statusCode < 400 || sent.method === 'HEAD') return;
  expectFault(response, response.statusCode, response.json<{ code: ErrorCode }>().code);
}

/** Runs one operation's requests. @returns how often each status came. */
async function fuzz(
  path: string,
  method: string,
  operation: Operation,
  params: fc.Parameters<[Sent]>,
): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  const whole = await wholes[path]?.();
  if (whole !== undefined) {
    const response = await server.app.inject({ ...whole, headers: { ...whole.headers, ...bearer(token) } });
    statuses.set(response.statusCode, 1);
  }
  await fc.assert(
    fc.asyncProperty(requestFor(path, method, operation), async (sent) => {
      const response = await send(path, sent);
      statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1);
      expectContract(sent, response);
      // The session has ended, by this request or an earlier one: sign in again.
      const ended = path === '/api/auth/logout' || (sent.signedIn && response.statusCode === 401);
      if (ended && sent.signedIn) token = await server.tokenOf('admin');
    }),
    params,
  );
  return statuses;
}

async function operations(): Promise<[string, string, Operation][]> {
  const document = (await server.app.inject('/docs/json')).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
      path,
      method.toUpperCase(),
      operation,
    ]),
  );
}

const takesFiles = (path: string) => /^\/api\/admin\/import\/(?:preview|start)$/.test(path);

/**
 * Requests that cannot be built from single fields: an encrypted event of DingTalk, and an import with its file,
 * preview and start. Each is sent once, before the generated ones.
 */
const wholes: Record<string, () => Promise<InjectOptions>> = {
  // part: events
  '/api/events/dingtalk': async () => {
    const { corpId } = server.config.platform as { corpId: string };
    return { method: 'POST', ...callback(personEvent('user_leave_org', ['nobody'], corpId), corpId) };
  },
  '/api/admin/people/bulk/preview': async () => together('/preview', {}),
  '/api/admin/people/bulk': async () => together('', { token: 'of nobody' }),
  '/api/admin/jobs/run': async () => ({
    method: 'POST',
    url: '/api/admin/jobs/run',
    payload: { id: server.app.jobs.list()[0]?.name },
  }),
  '/api/admin/import/preview': async () => upload('preview'),
  '/api/admin/import/start': async () => {
    const preview = await previewOf(server, people(), token);
    return upload(`start?token=${preview.token}`);
  },
  '/api/admin/import/jobs/{id}': async () => ({ url: `/api/admin/import/jobs/${await anImport()}` }),
  '/api/admin/import/jobs/{id}/result': async () => ({
    method: 'POST',
    url: `/api/admin/import/jobs/${await anImport()}/result`,
  }),
};

const together = async (step: string, more: object): Promise<InjectOptions> => {
  const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  return {
    method: 'POST',
    url: `/api/admin/people/bulk${step}`,
    payload: { deed: 'end-sessions', ids: [id], ...more },
  };
};

/** A file that adds a new person each time. */
function people(): Buffer {
  made += 1;
  return csvOf([
    ['用户名', '姓名'],
    [`imported${made}`, '导入的人'],
  ]);
}
let made = 0;

const upload = (step: string): InjectOptions => ({
  method: 'POST',
  url: `/api/admin/import/${step}`,
  headers: { 'content-type': 'text/csv' },
  payload: csvOf([
    ['用户名', '姓名'],
    [`imported${made}`, '导入的人'],
  ]),
});

const anImport = async (): Promise<string> => (await importFile(server, people(), token)).id;

/** What is told once stands in one platform's document alone: the other one's differs by its events. */
const platforms: ['dingtalk' | 'zhezhengding', (path: string) => boolean][] = [
  ['dingtalk', () => true],
  ['zhezhengding', (path) => path.startsWith('/api/events/')], // part: events
];

/**
 * Registers the tests.
 *
 * @param thorough whether every operation must have been got past the checks of its form, which takes some hundred
 *   requests each.
 */
export function testByFuzz(
  { requests, requestsEach, requestsElsewhere, seed }: Effort,
  thorough: boolean,
): void {
  const common = seed === undefined ? {} : { seed };

  describe.each(platforms)('on %s', (platform, isMeant) => {
    beforeAll(async () => {
      server = await build({
        platform,
        env: { ZHEZHENGDING_EVENTS: 'on', ...callbackEnvironment }, // part: events
      });
      token = await server.tokenOf('admin');
    });
    afterAll(() => server.close());

    test('every operation answers whatever it is sent, in the contract’s shape', async () => {
      const all = (await operations()).filter(([path]) => isMeant(path));
      expect(all.length).toBeGreaterThan(platform === 'dingtalk' ? 10 : 0);
      for (const [path, method, operation] of all) {
        const numRuns = Math.min(Math.ceil(requests / all.length), requestsEach);
        const statuses = await fuzz(path, method, operation, { ...common, numRuns });
        const seen = { path, passed: statuses.has(200), refused: statuses.size > 1 };
        // Requests got past the checks of their form, and others did not: else nothing was tried.
        if (thorough) expect(seen).toEqual({ path, passed: true, refused: true });
      }
    }, 900_000);

    test('addresses that do not exist are told so', async () => {
      const statuses = await fuzz('/{one}/{two}', 'GET', {}, { ...common, numRuns: requestsElsewhere });
      expect([...statuses.keys()]).toContain(404);
    }, 60_000);
  });
}
