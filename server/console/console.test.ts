import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadConfig } from '../config/config.ts';
import { type Built, build } from '../testing/build.ts';
import { attribute, scriptJson } from './html.ts';

/** A build like Vite's: an entry that imports one chunk, each with its style. */
const manifest = {
  '_vendor.js': { file: 'assets/vendor-b2.js', css: ['assets/vendor-c3.css'] },
  'main.ts': {
    file: 'assets/main-a1.js',
    isEntry: true,
    imports: ['_vendor.js'],
    css: ['assets/main-d4.css'],
    dynamicImports: ['pages/people.vue'],
  },
  'pages/people.vue': { file: 'assets/people-e5.js', imports: ['main.ts'] },
};

let folder: string;
let server: Built;
let unbuilt: Built;

async function makeBuild(target: string): Promise<void> {
  await mkdir(path.join(target, 'assets'), { recursive: true });
  await writeFile(path.join(target, 'assets', 'main-a1.js'), 'export const main = 1;');
  await writeFile(path.join(target, 'assets', 'main-a1.js.gz'), gzipSync('export const main = 1;'));
  await writeFile(path.join(target, 'manifest.json'), JSON.stringify(manifest));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'console-'));
  await makeBuild(folder);
  server = await build({ consoleFolder: folder, env: { APP_NAME: '掌上<b>办事</b>' } });
  unbuilt = await build({
    consoleFolder: path.join(folder, 'nowhere'),
    platform: 'zhezhengding',
    database: server.database,
    env: { WPK_BID: 'demo_zzdpro', WPK_GATEWAY: 'https://wpkgate-emas.ding.zj.gov.cn', WPK_SIGN_KEY: 'abc' },
  });
});
afterAll(async () => {
  await unbuilt?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The policy as `directive → sources`. */
function policyOf(header: unknown): Record<string, string[]> {
  return Object.fromEntries(
    String(header)
      .split(';')
      .map((part) => part.trim().split(' '))
      .map(([directive = '', ...sources]) => [directive, sources]),
  );
}

test.each(['/console', '/console/', '/console/people/1?tab=a', '/console/h5/notices'])(
  '%s is the page, which nobody keeps',
  async (url) => {
    const response = await server.app.inject({ url });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers).not.toHaveProperty('x-frame-options');
    expect(response.body).toContain('<script type="module" crossorigin');
    expect(response.body).toContain('src="/console/assets/main-a1.js"');
    for (const file of ['main-d4.css', 'vendor-c3.css', 'vendor-b2.js']) {
      expect(response.body).toContain(`href="/console/assets/${file}"`);
    }
    // The text that is shown if none of these loads.
    expect(response.body).toContain('正在打开');
    expect(response.body).toContain(`href="${attribute(url)}">重试</a>`);
  },
);

test('each answer has its own nonce, which all of its scripts and styles carry', async () => {
  const nonces = new Set<string>();
  for (let answer = 0; answer < 3; answer += 1) {
    const { body, headers } = await server.app.inject({ url: '/console' });
    const policy = policyOf(headers['content-security-policy']);
    const [, nonce = ''] = /'nonce-([^']+)'/.exec((policy['script-src'] ?? []).join(' ')) ?? [];
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
    nonces.add(nonce);
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'script-src': ["'self'", `'nonce-${nonce}'`],
      'style-src': ["'self'", `'nonce-${nonce}'`],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'object-src': ["'none'"],
      'frame-ancestors': ["'self'", 'https://*.dingtalk.com'],
    });
    const tags = [...body.matchAll(/<(?:script|style)\b([^>]*)>/g)].map(([, attributes = '']) => attributes);
    expect(tags.length).toBeGreaterThan(2);
    for (const attributes of tags) {
      if (!attributes.includes('application/json')) expect(attributes).toContain(`nonce="${nonce}"`);
    }
    expect(body).not.toMatch(/\son\w+=/);
    expect(body).not.toContain('style="');
  }
  expect(nonces.size).toBe(3);
});

test('the page contains the data that it needs, and no secret', async () => {
  const { body } = await server.app.inject({ url: '/console' });
  const [, json = ''] = /<script type="application\/json" id="entry">(.*?)<\/script>/.exec(body) ?? [];
  expect(JSON.parse(json)).toEqual({
    appName: '掌上<b>办事</b>',
    environment: '测试',
    platform: 'dingtalk',
    corpId: expect.stringMatching(/^ding/),
    version: JSON.parse(await readFile('package.json', 'utf8')).version,
  });
  expect(body).not.toContain('<b>');
  const { platform } = server.config;
  expect(body).not.toContain(platform.appSecret);
  expect(body).not.toContain(platform.appKey);
});

test('built files are cached for good, compressed if the browser accepts it, and nothing else is served', async () => {
  const url = '/console/assets/main-a1.js';
  const plain = await server.app.inject({ url });
  expect(plain.body).toBe('export const main = 1;');
  expect(plain.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': expect.stringContaining('javascript'),
  });
  const small = await server.app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  expect(small.headers['content-encoding']).toBe('gzip');
  expect(small.headers['content-type']).toContain('javascript');
  expect(gunzipSync(small.rawPayload).toString()).toBe('export const main = 1;');
  for (const none of [
    '/console/assets/none.js',
    '/console/assets/../manifest.json',
    '/console/assets/..%2fmanifest.json',
    '/console/assets/',
  ]) {
    const { statusCode, body } = await server.app.inject({ url: none });
    expect([none, statusCode >= 400 || body.includes('<!doctype html>')]).toEqual([none, true]);
    expect(body).not.toContain('isEntry');
  }
});

test('without a build the page says so and what to do, and the API works', async () => {
  const { statusCode, body, headers } = await unbuilt.app.inject({ url: '/console/people' });
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  expect(body).toContain('页面还没有准备好');
  expect(body).toContain('npm run build');
  expect(body).toContain('href="/console/people">重试</a>');
  expect((await unbuilt.app.inject({ url: '/healthz' })).statusCode).toBe(200);
});

test('under npm run dev the files are those of Vite’s server, under the same policy', async () => {
  const vite = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'no-cache' });
    response.end(`// ${request.url} ${request.headers.cookie}`);
  });
  await once(vite.listen(0, '127.0.0.1'), 'listening');
  const { port } = vite.address() as AddressInfo;
  const used = { database: server.database, emulator: server.emulator };
  const development = await build({ ...used, viteUrl: `http://127.0.0.1:${port}` });
  try {
    const { body, headers } = await development.app.inject({ url: '/console/people' });
    const scripts = [...body.matchAll(/<script type="module"[^>]* src="([^"]*)"/g)].map(([, file]) => file);
    expect(scripts).toEqual(['/console/vite/@vite/client', '/console/vite/main.ts']);
    const policy = policyOf(headers['content-security-policy']);
    const [, nonce] = /<meta property="csp-nonce" nonce="([^"]+)">/.exec(body) ?? [];
    expect(policy['script-src']).toEqual(["'self'", `'nonce-${nonce}'`]);
    expect(policy['style-src']).toEqual(["'self'", `'nonce-${nonce}'`]);
    expect(policy['connect-src']).toEqual(["'self'", `ws://*:${port}`]);

    const request = { url: scripts[1] ?? '', headers: { cookie: '__Host-session=secret' } };
    const passedOn = await development.app.inject(request);
    expect(passedOn.body).toBe('// /console/vite/main.ts undefined');
    expect(passedOn.headers).toMatchObject({
      'content-type': 'text/javascript',
      'cache-control': 'no-cache',
    });
  } finally {
    await development.close();
    vite.close();
  }
});

test('a refusal of the page is a page too', async () => {
  const limited = await build({
    consoleFolder: folder,
    database: server.database,
    emulator: server.emulator,
    env: { REQUESTS_PER_MINUTE: '60' },
  });
  try {
    for (let request = 0; request < 60; request += 1) await limited.app.inject({ url: '/console' });
    const { statusCode, headers, body } = await limited.app.inject({ url: '/console/h5' });
    expect(statusCode).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers['content-type']).toContain('text/html');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('操作过于频繁，请稍等片刻再试。');
    expect(body).toContain('href="/console/h5">重试</a>');
  } finally {
    await limited.close();
  }
});

describe('the stability platform', () => {
  test('without a bid is not in the page', async () => {
    const { body, headers } = await server.app.inject({ url: '/console' });
    expect(body).not.toMatch(/wpk|woodpecker|alicdn|ucweb/i);
    expect(headers['content-security-policy']).not.toMatch(/https:\/\/(?!\*\.dingtalk\.com)/);
  });

  test('on 浙政钉’s own gateway has its script, its options, and no other host', async () => {
    const { body, headers } = await unbuilt.app.inject({ url: '/console/h5' });
    const gateway = 'https://wpkgate-emas.ding.zj.gov.cn';
    expect(body).toContain('<meta name="wpk-bid" content="demo_zzdpro">');
    expect(body).toContain(`${gateway}/static/wpk-jssdk.1.0.2/wpkReporter.js`);
    expect(body).toMatch(/"bid":"demo_zzdpro","rel":"\d+\.\d+\.\d+","plugins":\[\],"spa":true/);
    expect(body).toContain(`"gateway":"${gateway}","signkey":"abc"`);
    const policy = policyOf(headers['content-security-policy']);
    expect(policy['connect-src']).toEqual(["'self'", gateway]);
    expect(policy['img-src']).toEqual(["'self'", 'data:', 'blob:', gateway]);
    // The script runs by its nonce; its host may give no other.
    expect((policy['script-src'] ?? []).join(' ')).not.toContain('https:');
    expect(policy['frame-ancestors']).toEqual(["'self'", 'https://*.ding.zj.gov.cn', 'https://*.dg-work.cn']);
  });

  const base = { DINGTALK_APP_KEY: 'a', DINGTALK_APP_SECRET: 'b', DINGTALK_CORP_ID: 'c' };

  test('uses the public service and its three hosts by default', () => {
    expect(loadConfig({ ...base, WPK_BID: 'dta_1_1' }).console.stability).toEqual({
      bid: 'dta_1_1',
      scriptUrl: 'https://g.alicdn.com/woodpeckerx/jssdk/wpkReporter.js',
      gateway: null,
      signKey: null,
      uploadOrigins: ['https://px.ucweb.com', 'https://px-intl.ucweb.com', 'https://px.effirst.com'],
    });
    expect(loadConfig(base).console.stability).toBeNull();
  });

  test.each([
    ['WPK_BID', { WPK_BID: '"><script>' }],
    ['WPK_GATEWAY', { WPK_BID: 'a', WPK_GATEWAY: 'wpkgate-emas.ding.zj.gov.cn' }],
    ['WPK_SCRIPT_URL', { WPK_BID: 'a', WPK_SCRIPT_URL: 'ftp://example.com/x.js' }],
  ])('with a malformed %s stops the server at the start', (variable, env) => {
    expect(() => loadConfig({ ...base, ...env })).toThrow(new RegExp(`${variable}：`));
  });
});

test('no text can become markup in the page', () => {
  expect(attribute(`<a href="x" onclick='y'>&`)).toBe(
    '&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;',
  );
  const hostile = { text: '</script><!--\u2028&' };
  expect(scriptJson(hostile)).not.toMatch(/[<>&\u2028]/);
  expect(JSON.parse(scriptJson(hostile))).toEqual(hostile);
});
