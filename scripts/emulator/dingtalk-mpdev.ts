/**
 * Uploading a mini program without the IDE: a temporary key, object storage, a build in the cloud, a preview. No
 * document shows it; paths, parameters and answers are those that the platform's npm package dingtalk-miniapp-opensdk
 * (1.0.8) sends and reads. What it does not show (the error of an old version, a build's steps) is an assumption.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Parser } from 'tar';
import { type Api, ApiFailure, type ApiFamily } from './api.ts';
import { oapi, oapiParams, ok, required } from './dingtalk-family.ts';
import { type ApiRequest, header, isRecord } from './http.ts';
import type { CloudTask, MiniCloud } from './mini-cloud.ts';

/** The bucket of the packages; the whole of a stored object's path is `/bucket/key`. */
const bucket = '/dingtalk-miniapp-private/';

/** Object storage answers in XML, and knows nothing of app tokens. */
const storage: ApiFamily = {
  platform: 'dingtalk',
  gate() {},
  token: () => null,
  failure: (name) =>
    name === 'busy' ? new ApiFailure('ServiceUnavailable', 'Please reduce your rate', 503) : null,
  render: ({ code, message, status }) => ({
    status: status ?? 403,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  }),
  errorCode: ({ body }) => /<Code>([^<]+)/.exec(String(body))?.[1] ?? null,
  hollow: () => '',
  loosen: (body) => body,
};

const base64 = (bytes: Buffer | string, secret: string) =>
  createHmac('sha1', secret).update(bytes).digest('base64');

function store(request: ApiRequest, cloud: MiniCloud) {
  const [, id = '', signature = ''] = /^OSS ([^:]+):(.+)$/.exec(header(request, 'authorization') ?? '') ?? [];
  const key = cloud.keys.get(id);
  if (key === undefined)
    throw new ApiFailure('InvalidAccessKeyId', 'The OSS Access Key Id does not exist.', 403);
  const md5 = header(request, 'content-md5') ?? '';
  const token = header(request, 'x-oss-security-token') ?? '';
  if (token !== key.token)
    throw new ApiFailure('SecurityTokenExpired', 'The security token is expired.', 403);
  const name = decodeURIComponent(request.path.slice(bucket.length));
  const signed = [
    ...[request.method, md5, header(request, 'content-type') ?? '', header(request, 'date') ?? ''],
    ...[`x-oss-security-token:${token}`, `${bucket}${name}`],
  ].join('\n');
  if (base64(signed, key.secret) !== signature || !name.startsWith(key.name)) {
    throw new ApiFailure('SignatureDoesNotMatch', 'The request signature does not match.', 403);
  }
  if (md5 !== '' && createHash('md5').update(request.bytes).digest('base64') !== md5) {
    throw new ApiFailure('InvalidDigest', 'The Content-MD5 you specified is not valid.', 400);
  }
  cloud.packages.set(name, request.bytes);
  return { status: 200, body: null };
}

/** The first thing that stops the cloud's compiler; null for a package that it can build. */
function problemOf(bytes: Buffer, mainPage: string): string | null {
  const files = new Map<string, Buffer[]>();
  let broken: string | null = null;
  const parser = new Parser({
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      files.set(entry.path.replace(/^\.\//, ''), chunks);
    },
  });
  parser.on('warn', (_code, message) => {
    broken ??= String(message);
  });
  parser.end(bytes);
  const json = (name: string): Record<string, unknown> => {
    const value: unknown = JSON.parse(Buffer.concat(files.get(name) ?? []).toString('utf8') || 'null');
    return isRecord(value) ? value : {};
  };
  if (broken !== null || files.size === 0) return `ERROR in package: ${broken ?? 'it is empty'}`;
  if (!files.has('mini.project.json')) return 'ERROR in mini.project.json: no such file';
  const root = String(json('mini.project.json').miniprogramRoot ?? '.').replace(/^\.?\/?/, '');
  const inside = (name: string) => (root === '' ? name : `${root.replace(/\/$/, '')}/${name}`);
  if (!files.has(inside('app.json'))) return `ERROR in ${inside('app.json')}: no such file`;
  const { pages } = json(inside('app.json'));
  if (!Array.isArray(pages) || pages[0] !== mainPage)
    return `ERROR in app.json: ${mainPage} is not its first page`;
  const missing = pages.find((page) => !files.has(inside(`${page}.axml`)));
  return missing === undefined ? null : `ERROR in ${missing}.axml: no such file`;
}

function createTask(
  kind: CloudTask['kind'],
  params: Record<string, unknown>,
  cloud: MiniCloud,
  version: string,
) {
  const key = required(params, 'package_key');
  const bytes = cloud.packages.get(key);
  if (bytes === undefined) throw new ApiFailure('40035', `不合法的参数：没有这个包 ${key}`);
  const md5 = params.package_md5;
  if (kind === 'build' && md5 !== createHash('md5').update(bytes).digest('hex')) {
    throw new ApiFailure('40035', '不合法的参数：package_md5 与上传的包不一致');
  }
  const problem = cloud.failsWith ?? problemOf(bytes, required(params, 'main_page'));
  const buildId = 9_000_000 + cloud.tasks.length + 1;
  cloud.tasks.push({
    kind,
    miniAppId: required(params, 'miniapp_id'),
    version,
    buildId,
    asked: 0,
    problem,
    key,
  });
  return ok({ result: { task_id: String(buildId) } });
}

function askedTask(request: ApiRequest, cloud: MiniCloud, kind: CloudTask['kind']): CloudTask {
  const id = request.query.get('task_id');
  const task = cloud.tasks.find((one) => one.kind === kind && String(one.buildId) === id);
  if (task === undefined || task.miniAppId !== request.query.get('miniapp_id')) {
    throw new ApiFailure('40035', '不合法的参数：没有这个任务');
  }
  task.asked += 1;
  return task;
}

const numbers = (version: string) => version.split('.').map(Number);
const newer = (a: string, b: string) => {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
};

const mpdev = (path: string, method: 'GET' | 'POST', handle: Api['handle']): Api => ({
  ...{ family: oapi, method, path: `/topapi/mpdev/${path}`, role: 'other', appToken: 'required' },
  scope: 'qyapi_mini_program_dev',
  handle,
});

export const dingtalkMpdevApis: readonly Api[] = [
  mpdev('accesskey/get', 'GET', (request, { mini }) => {
    required(Object.fromEntries(request.query), 'miniapp_id');
    const [id, secret, token, name] = ['STS.', '', '', 'package/'].map(
      (prefix) => prefix + randomBytes(12).toString('hex'),
    ) as [string, string, string, string];
    mini.keys.set(id, { secret, token, name });
    return ok({ result: { accessid: id, access_key_secret: secret, security_token: token, name } });
  }),
  {
    ...{ family: storage, method: 'any', path: bucket, role: 'other', appToken: 'none', scope: '' },
    handle: (request, { mini }) => store(request, mini),
  },
  mpdev('build/create', 'POST', (request, { mini }) => {
    const params = oapiParams(request);
    const version = required(params, 'package_version');
    const id = required(params, 'miniapp_id');
    const built = mini.tasks.filter(
      ({ kind, miniAppId, problem }) => kind === 'build' && miniAppId === id && problem === null,
    );
    const refused = built.find((task) => !newer(version, task.version));
    if (refused !== undefined) throw new ApiFailure('400', `版本号必须大于已有的版本 ${refused.version}`);
    return createTask('build', params, mini, version);
  }),
  mpdev('build/status/get', 'GET', (request, { mini }) => {
    const task = askedTask(request, mini, 'build');
    const finished = task.asked > 2;
    const status = finished ? (task.problem === null ? '2' : '3') : String(task.asked - 1);
    const detail = JSON.stringify({ log: task.problem ?? 'compiled' });
    const logUrl = `https://log.example.com/${task.buildId}.log`;
    return ok({
      result: {
        ...{ finished, status, version: task.version, build_id: task.buildId },
        build_info: encodeURIComponent(JSON.stringify(finished ? { logUrl, detail } : {})),
      },
    });
  }),
  mpdev('previewbuild/create', 'POST', (request, { mini }) =>
    createTask('preview', oapiParams(request), mini, ''),
  ),
  mpdev('previewbuild/status/get', 'GET', (request, { mini }) => {
    const task = askedTask(request, mini, 'preview');
    const finished = task.asked > 1;
    const address = new URLSearchParams({ miniAppId: task.miniAppId, source: 'preview', token: task.key });
    const url =
      finished && task.problem === null ? `dingtalk://dingtalkclient/action/open_mini_app?${address}` : '';
    return ok({ result: { finished, result_url: url } });
  }),
];
