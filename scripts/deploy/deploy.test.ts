import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../../server/config/config.ts';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { emptyListing, type Listing } from '../listing/listing.ts';
import { writeGenerated } from '../report/generated.ts';
import { svgToPng } from '../report/png.ts';
import { environmentTemplate } from './environment.ts';
import { deployFiles } from './files.ts';
import { quoted } from './nginx-answers.ts';
import { nginxSite } from './nginx-site.ts';
import { deployPlan, planWarnings, topologyOf } from './plan.ts';
import { serviceUnit, targetUnit } from './systemd.ts';
import { known } from './testing/listing.ts';
import { topologySvg } from './topology.ts';

const plan = deployPlan(known, 'work-orders');
const example = readFileSync(path.join(projectRoot, '.env.example'), 'utf8');
const deployment = (more: Partial<Listing['deployment']>): Listing => ({
  ...known,
  deployment: { ...known.deployment, ...more },
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'deploy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the plan', () => {
  test('the plan asks for every missing fact by name, with an example', () => {
    const asking = () => deployPlan(emptyListing(), 'work-orders');
    expect(asking).toThrow(StartFailure);
    for (const words of ['平台', '应用域名', '网关地址', '应用实例', '数据库', '10.1.0.11']) {
      expect(asking).toThrow(words);
    }
  });

  const one = { host: '10.1.0.11', port: 3001 };
  test.each<[string, Partial<Listing['deployment']>, string]>([
    ['balancers of a kind that nobody has told', { loadBalancers: ['10.0.0.5'] }, 'loadBalancerKind: layer4'],
    ['a kind without balancers', { loadBalancerKind: 'layer7' }, '例如 loadBalancers: '],
    ['the same instance twice', { instances: [one, { ...one }] }, '10.1.0.11:3001 写了两次'],
    ['a gateway that is no address', { gateway: ['gateway; evil'] }, '“gateway; evil”不是 IP 地址'],
    ['a range with too many bits', { loadBalancers: ['10.0.0.0/33'] }, '“10.0.0.0/33”不是'],
    ['a host that is none', { database: [{ host: 'a b', port: 1 }] }, '“a b”不是 IP 地址，也不是主机名'],
  ])('refuses %s', (_, more, words) => {
    expect(() => deployPlan(deployment(more), 'work-orders')).toThrow(words);
  });
});

describe('a single instance', () => {
  const alone = deployment({ instances: [{ host: '10.1.0.11', port: 3001 }] });

  test('a single instance is deployed with a warning', () => {
    expect(planWarnings(plan)).toEqual([]);
    const single = deployPlan(alone, 'work-orders');
    expect(planWarnings(single)).toEqual([expect.stringContaining('instances 只有一个')]);
    expect(nginxSite(single)).toContain('server 10.1.0.11:3001');
  });

  test('a single instance is drawn as one in the topology', () => {
    const svg = topologySvg(topologyOf(alone));
    expect(svg).toContain('10.1.0.11:3001');
    expect(svg).not.toContain('应用实例 2');
    expect(svg).not.toContain('互为备份');
  });
});

describe('the files', () => {
  const beside = (file: string) => `${file}.new`;

  test('the files are the same each time, and edited ones are kept', async () => {
    const files = deployFiles(plan, example);
    const what = async (options = {}) =>
      Object.fromEntries(
        (await writeGenerated(folder, files, { beside, ...options })).map((file) => [file.path, file.what]),
      );
    const all = (value: string) => Object.fromEntries(files.map((file) => [file.path, value]));
    const contents = async () =>
      Promise.all(files.map((file) => readFile(path.join(folder, ...file.path.split('/')), 'utf8')));
    expect(await what()).toEqual(all('written'));
    const first = await contents();
    expect(await what()).toEqual(all('unchanged'));
    expect(await contents()).toEqual(first);

    const edited = path.join(folder, 'nginx', 'work-orders.conf');
    await writeFile(edited, '# by hand\n');
    expect(await what()).toMatchObject({ 'nginx/work-orders.conf': 'edited', 'topology.svg': 'unchanged' });
    expect(await readFile(edited, 'utf8')).toBe('# by hand\n');
    expect(await readFile(`${edited}.new`, 'utf8')).toBe(first[0]);
    expect(await what({ force: true })).toMatchObject({ 'nginx/work-orders.conf': 'written' });
    expect(await contents()).toEqual(first);
  });

  test('a file that was there before is not replaced', async () => {
    await writeFile(path.join(folder, 'env.production'), 'SECRET_KEY=mine\n');
    await writeGenerated(folder, deployFiles(plan, example), { beside });
    expect(await readFile(path.join(folder, 'env.production'), 'utf8')).toBe('SECRET_KEY=mine\n');
  });
});

describe('the environment template', () => {
  const development = [
    ...['DATA_DIR', 'EMULATOR_PORT', 'SIMULATOR_PORT', 'PRODUCTION_ORGANISATIONS'],
    ...['DINGTALK_MINI_APP_ID', 'DINGTALK_MINI_TOKEN', 'DINGTALK_MINI_STORE_URL'],
  ];
  const variablesOf = (text: string) =>
    [...text.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? '');

  test.each(['dingtalk', 'zhezhengding'] as const)(
    'has every variable of .env.example that production on %s can use',
    (platform) => {
      const template = environmentTemplate(example, { ...plan, platform });
      const other = platform === 'dingtalk' ? 'ZHEZHENGDING_' : 'DINGTALK_';
      const expected = variablesOf(example).filter(
        (name) => !development.includes(name) && !name.startsWith(other),
      );
      expect(variablesOf(template)).toEqual(expected);
    },
  );

  test('production starts with the environment template once it is filled in', () => {
    const template = environmentTemplate(example, { ...plan, domain: 'app.hangzhou-dept.cn' });
    const values = parseEnv(template) as Record<string, string>;
    const missing = ['SECRET_KEY', 'DATABASE_URL', 'APP_KEY', 'APP_SECRET', 'TENANT_ID'];
    for (const name of missing) {
      expect(() => loadConfig(values)).toThrow(new RegExp(`${name}：(?:还是样例里的占位内容|生产环境需要)`));
    }
    const config = loadConfig({
      ...values,
      DATABASE_URL: values.DATABASE_URL?.replace('密码', 'k3Jx9'),
      SECRET_KEY: 'pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
      ZHEZHENGDING_APP_KEY: 'myapp-9Xk2',
      ZHEZHENGDING_APP_SECRET: 'a-secret-of-the-real-app',
      ZHEZHENGDING_TENANT_ID: '196729',
    });
    expect(config).toMatchObject({
      production: true,
      trustProxy: '10.0.0.10',
      // Two instances share the platform's limit.
      platform: { callsPerSecond: 10 },
      database: { url: expect.stringContaining('@10.1.0.21:5432/work_orders') },
    });
  });
});

test.each([
  ['审批前', '57', 'https://openplatform.dg-work.cn', ''],
  ['审批后', '196729', 'https://openplatform-pro.ding.zj.gov.cn', 'dta_1_20261124'],
] as const)(
  '%s production runs on the parameters of that stage, as the listing tells them',
  (stage, tenantId, baseUrl, bid) => {
    const listing: Listing = {
      ...known,
      app: { ...known.app, stage, forms: ['h5'] },
      owner: { ...known.owner, organisation: '浙江省某某厅' },
      organisations: { test: '57', production: '196729' },
      stability: { bid: 'dta_1_20261124' },
    };
    const template = environmentTemplate(example, deployPlan(listing, 'work-orders'));
    const values = parseEnv(template);
    expect(values).toMatchObject({ ZHEZHENGDING_TENANT_ID: tenantId, ZHEZHENGDING_BASE_URL: baseUrl });
    // An app without the console has no settings of its name and its monitoring.
    if (/^WPK_BID=/m.test(example)) expect(values).toMatchObject({ WPK_BID: bid, APP_NAME: '工单助手' });
    expect(template).toContain('业主单位：浙江省某某厅');
  },
);

describe('the address at which the certificate is looked at', () => {
  const addressIn = (more: Partial<Listing['deployment']>) =>
    parseEnv(environmentTemplate(example, deployPlan(deployment(more), 'work-orders'))).CERTIFICATE_ADDRESS;

  test('the certificate of every gateway is watched', () => {
    expect(addressIn({ gateway: ['10.0.0.10', 'fd00::1', '10.0.1.0/24'] })).toBe(
      '10.0.0.10:443,[fd00::1]:443',
    );
  });

  test('gateways that demand PROXY protocol are left for people to watch', () => {
    expect(addressIn({ loadBalancers: ['10.0.0.5'], loadBalancerKind: 'layer4-proxy-protocol' })).toBe('');
  });
});

describe('the topology', () => {
  test('the topology shows every machine, in a picture that can be drawn', async () => {
    // No place in it uses the balancers' word about clients.
    const full = topologyOf(
      deployment({
        gateway: ['10.0.0.10', '10.0.0.11'],
        loadBalancers: ['10.0.0.5'],
        instances: [1, 2, 3, 4, 5].map((at) => ({ host: `10.1.0.${at}`, port: 3000 + at })),
        network: '政务外网 <A&B>',
      }),
    );
    const svg = topologySvg(full);
    for (const words of [
      '工单助手',
      'https://app.example.gov.cn',
      '10.0.0.11',
      '10.0.0.5',
      '10.1.0.5:3005',
    ]) {
      expect(svg).toContain(words);
    }
    expect(svg).toContain('政务外网 &lt;A&amp;B&gt;');
    expect(topologySvg(full)).toBe(svg);
    const png = await svgToPng(svg, 1);
    expect(png.width).toBe(1240);
    expect(png.height).toBeGreaterThan(500);
  });
});

describe('systemd', () => {
  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0 ? test : test.skip;

  analyze('finds nothing to complain about in the units', async () => {
    const unit = path.join(folder, 'work-orders@.service');
    // The path of Node.js and the system user, which this machine does not have.
    const here = serviceUnit(plan)
      .replace('/opt/work-orders/node/bin/node', process.execPath)
      .replace(/^(User|Group)=.*$/gm, '$1=root');
    await writeFile(unit, here);
    await writeFile(path.join(folder, 'work-orders.target'), targetUnit(plan));
    const instance = path.join(folder, 'work-orders@3001.service');
    await writeFile(instance, here);
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', instance], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });
    const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('work-orders'));
    expect(about).toEqual([]);
  });

  test('an instance starts with the settings of memory that the benchmark measures', () => {
    expect(serviceUnit(plan)).toMatch(
      /^Environment="NODE_OPTIONS=--max-semi-space-size=\d+ --max-old-space-size=\d+"\nEnvironment="MALLOC_ARENA_MAX=\d+"\nEnvironment="MALLOC_TRIM_THRESHOLD_=\d+"\nEnvironment="MALLOC_MMAP_THRESHOLD_=\d+"$/m,
    );
  });

  test('systemd gives a stop more time than the server takes', async () => {
    const limit = /^TimeoutStopSec=(\d+)$/m.exec(serviceUnit(plan))?.[1];
    const stopping = await readFile(path.join(projectRoot, 'server', 'jobs', 'stopping.ts'), 'utf8');
    const own = /stopWithinMs = ([\d_]+)/.exec(stopping)?.[1]?.replaceAll('_', '');
    expect(Number(limit) * 1000).toBeGreaterThan(Number(own));
  });
});

test('a text that nginx cannot take is refused before the file is written', () => {
  expect(quoted("it's \\ here")).toBe("'it\\'s \\\\ here'");
  expect(() => quoted('长'.repeat(1400))).toThrow('4,096');
});
