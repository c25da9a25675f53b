import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readArguments } from './arguments.ts';
import { ownEndpoints } from './endpoints-file.ts';
import { tokensIn } from './sessions.ts';
import { allowedTarget, configuredDomain, leadsHere } from './target.ts';

describe('the command line', () => {
  const defaults = {
    url: null,
    connections: [50, 100, 200],
    seconds: 30,
    warmUpSeconds: 5,
    timeoutSeconds: 10,
    tokens: null,
    endpoints: null,
    endpointsFile: null,
    ca: null,
  };

  test('the command line has defaults', () => {
    expect(readArguments([])).toEqual(defaults);
  });

  test('options may be given as words, since a shell may swallow the dashes', () => {
    const wanted = { ...defaults, url: 'https://app.example.com', connections: [50, 80], seconds: 20 };
    expect(readArguments(['https://app.example.com', '50,80', '20s'])).toEqual(wanted);
    expect(readArguments(['20s', '50, 80', 'https://app.example.com'])).toEqual(wanted);
    expect(
      readArguments(['--url', 'https://app.example.com', '--connections', '50,80', '--seconds', '20']),
    ).toEqual(wanted);
  });

  test('the concurrency may be several words, as PowerShell makes of 50,100,200', () => {
    for (const args of [
      ['50', '100', '200', '20s'],
      ['--connections', '50', '100', '200', '--seconds', '20'],
      ['connections=50', '100', '200', 'seconds=20'],
    ]) {
      expect(readArguments(args)).toEqual({ ...defaults, connections: [50, 100, 200], seconds: 20 });
    }
  });

  test('each option may be a word name=value, which every shell passes on', () => {
    expect(
      readArguments([
        'url=https://app.example.com',
        'connections=50,80',
        'warm-up=0',
        'timeout=3',
        'tokens=a b.txt',
        'endpoint=GET /a?b=1',
        'endpoint=GET /c',
        'endpoints=own.txt',
      ]),
    ).toEqual({
      ...defaults,
      url: 'https://app.example.com',
      connections: [50, 80],
      warmUpSeconds: 0,
      timeoutSeconds: 3,
      tokens: 'a b.txt',
      endpoints: [
        { method: 'GET', path: '/a?b=1', body: null },
        { method: 'GET', path: '/c', body: null },
      ],
      endpointsFile: 'own.txt',
    });
  });

  test('the command line takes interfaces to load', () => {
    const { endpoints } = readArguments(['--endpoint', 'GET /a?b=1', '--endpoint', 'POST /c {"d":"e f"}']);
    expect(endpoints).toEqual([
      { method: 'GET', path: '/a?b=1', body: null },
      { method: 'POST', path: '/c', body: '{"d":"e f"}' },
    ]);
  });

  test.each<[string[], RegExp]>([
    [['--hours', '3'], /看不懂这些参数/],
    [['5000'], /并发数应为 1 到 2000 之间的整数，写的是“5000”/],
    [['0'], /并发数/],
    [['many'], /并发数/],
    [['50', 'many'], /并发数应为 1 到 2000 之间的整数，写的是“many”/],
    [['20s', '30s'], /“30s”多余：已经写了 20s/],
    [['601s'], /每档的秒数应为 1 到 600/],
    [['50,60,70,80,90,100,110', '600s'], /一共要压测 4200 秒，上限是 3600 秒/],
    [['1,2,3,4,5,6,7,8,9,10,11'], /最多 10 档/],
    [['--timeout', '0'], /超时的秒数/],
    [['--endpoint', 'DELETE /x'], /看不懂接口/],
    [['--endpoint', 'GET /x {}'], /GET 接口不能带内容/],
    [['--endpoint', 'POST /x {a}'], /不是 JSON.*endpoints=文件/],
  ])('refuses %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
    expect(() => readArguments(args)).toThrow(/用法/);
  });
});

describe('interfaces in a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'endpoints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async (text: string) => {
    const file = path.join(folder, 'own.txt');
    await writeFile(file, text);
    return ownEndpoints(readArguments([`endpoints=${file}`, 'endpoint=GET /first']));
  };

  test('interfaces of a file follow those of the command line; comments, empty lines and a byte order mark are skipped', async () => {
    await expect(
      read('\uFEFFGET /api/orders?limit=20\r\n\r\n# 查询\r\nPOST /api/orders/query {"state":"open # 1"}\r\n'),
    ).resolves.toEqual([
      { method: 'GET', path: '/first', body: null },
      { method: 'GET', path: '/api/orders?limit=20', body: null },
      { method: 'POST', path: '/api/orders/query', body: '{"state":"open # 1"}' },
    ]);
  });

  test('a line of the file that is no interface is named by its number', async () => {
    await expect(read('GET /a\nDELETE /x\n')).rejects.toThrow(/own\.txt 第 2 行：看不懂接口“DELETE \/x”/);
    await expect(read('# 还没有\n')).rejects.toThrow(/里没有接口/);
    await expect(ownEndpoints(readArguments(['endpoints=no-such-file']))).rejects.toThrow(
      '读不到接口文件 no-such-file：没有这个文件',
    );
  });

  test('without interfaces the template’s own are loaded', async () => {
    await expect(ownEndpoints(readArguments([]))).resolves.toBeNull();
  });
});

describe('allowed targets', () => {
  const own = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])[0]?.address ?? '127.0.0.1';

  test.each(['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000', 'http://127.8.8.8'])(
    'this machine: %s',
    (address) => {
      expect(allowedTarget(`${address}/`, null)).toEqual({ address, local: true, appDomain: null });
    },
  );

  test('this machine may be loaded by its own address', () => {
    expect(allowedTarget(`http://${own.includes(':') ? `[${own}]` : own}:3000`, null).local).toBe(true);
  });

  test('the app’s own domain may be loaded, with its path', () => {
    expect(allowedTarget('https://App.Example.com/desk/', 'app.example.com')).toEqual({
      address: 'https://app.example.com/desk',
      local: false,
      appDomain: 'app.example.com',
    });
  });

  test.each<[string, string, string | null, RegExp]>([
    ['somebody else', 'https://www.example.com', null, /不能压测 www\.example\.com.*还没有登记应用域名/s],
    ['a neighbour', 'https://other.example.com', 'app.example.com', /登记的应用域名是 app\.example\.com/],
    ['a subdomain', 'https://x.app.example.com', 'app.example.com', /不能压测/],
    ['a name that only looks like this machine', 'http://127.0.0.1.example.com', null, /不能压测/],
    ['a name that only begins like it', 'http://localhost.example.com', null, /不能压测/],
    ['no TLS', 'http://app.example.com', 'app.example.com', /要用 https 压测：https:\/\/app\.example\.com/],
    ['another scheme', 'ftp://127.0.0.1', null, /这不是可以压测的地址：ftp/],
    ['no address', 'app.example.com', 'app.example.com', /这不是可以压测的地址：app\.example\.com/],
  ])('not %s', (_who, address, domain, message) => {
    expect(() => allowedTarget(address, domain)).toThrow(message);
  });

  test('a refusal does not repeat what may be a password', () => {
    expect(() => allowedTarget('https://user:hunter2@127.0.0.1', null)).toThrow(/^这不是可以压测的地址。/);
  });

  test('the app’s own domain is that of PUBLIC_ORIGIN', async () => {
    expect(await configuredDomain({ PUBLIC_ORIGIN: 'https://App.Example.com' })).toBe('app.example.com');
  });
});

test('a file of tokens is refused with the place of the wrong one, which is not repeated', async () => {
  await expect(tokensIn('no-such-file')).rejects.toThrow('读不到会话令牌文件 no-such-file：没有这个文件');
  await expect(tokensIn(import.meta.filename)).rejects.toThrow(/里的第 \d+ 个不是会话令牌。$/);
});

describe('a domain that leads to this machine', () => {
  const resolver = (address: string) => async () => ({ address });

  test.each(['127.0.0.1', '::1'])('a domain at %s is this machine', async (address) => {
    await expect(leadsHere('app.example.gov.cn', resolver(address))).resolves.toBe(true);
  });

  test('a domain at another address or an unknown name is not this machine', async () => {
    await expect(leadsHere('app.example.gov.cn', resolver('192.0.2.1'))).resolves.toBe(false);
    const unknown = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(leadsHere('app.example.gov.cn', unknown)).resolves.toBe(false);
  });
});
