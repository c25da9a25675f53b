/**
 * `npm run dev`: emulator, server (restarted on change), build of the mini program (watch), pages of the console and
 * simulator, then one table of addresses. Ctrl-C ends all of it.
 */

import { development } from '../../server/config/constants.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart } from '../../server/config/start-failure.ts';
import { hasConsole, hasH5 } from '../build/console.ts';
import { type Watcher, watchMini } from '../build/mini/build.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { type EmulatedPerson, people } from '../emulator/people.ts';
import { type Simulator, startSimulator } from '../simulator/web/server.ts';
import { serveConsole } from './console.ts';
import { checkPorts } from './ports.ts';
import { type Ready, startServerProcess } from './server-process.ts';
import { type DevSettings, readDevSettings, refuseProductionSettings } from './settings.ts';
import { table } from './table.ts';

/** Milliseconds between two lines that say what is still starting. */
const PROGRESS_MS = 3000;

/** Set by Ctrl-C: errors after it are not reported. */
let stopping = false;

interface Part {
  close(): Promise<void>;
}

/** Everything that runs. Parts that have started are closed, also where another part does not start. */
class Parts {
  readonly #started: Part[] = [];
  /** Names of what is starting. */
  readonly #starting = new Set<string>();

  /** @param name as people know it */
  async add<P extends Part>(name: string, starting: Promise<P>): Promise<P> {
    this.#starting.add(name);
    try {
      const part = await starting;
      this.#started.push(part);
      return part;
    } finally {
      this.#starting.delete(name);
    }
  }

  /** Says at least every few seconds what is still starting. @returns a function that ends it */
  tellProgress(startedAt: number): () => void {
    const timer = setInterval(() => {
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      if (this.#starting.size > 0)
        console.log(`还在启动：${[...this.#starting].join('、')}（${seconds} 秒）`);
    }, PROGRESS_MS);
    return () => clearInterval(timer);
  }

  /** Closes the parts in the reverse order of their start: no part outlives one that it uses. */
  async close(): Promise<void> {
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) await part.close();
  }
}

async function start(parts: Parts): Promise<void> {
  const startedAt = performance.now();
  console.log('正在启动平台仿真、服务、小程序构建和模拟器……');
  const ended = parts.tellProgress(startedAt);
  try {
    await startAll(parts, startedAt);
  } finally {
    ended();
  }
}

async function startAll(parts: Parts, startedAt: number): Promise<void> {
  const env = loadEnvironment();
  refuseProductionSettings(env);
  const settings = readDevSettings(env);
  await checkPorts(settings);
  const emulator = settings.emulated
    ? await parts.add('平台仿真', startEmulator({ port: settings.emulatorPort }))
    : null;
  const emulatorUrl = emulator?.url ?? null;
  const serverUrl = `http://127.0.0.1:${settings.port}`;
  const secondUrl = settings.emulated ? `http://127.0.0.1:${settings.port + 1}` : null;

  const pages = hasConsole
    ? await parts.add(
        '管理后台的页面',
        serveConsole({
          port: settings.consolePort,
          host: settings.host,
          cacheDir: settings.consoleCache,
          say: (text) => console.log(text),
        }),
      )
    : null;
  const viteUrl = pages === null ? null : `http://127.0.0.1:${settings.consolePort}`;
  let simulated: Simulator | null = null;
  const server = parts.add(
    '服务（打开数据库、迁移、写入开发账号）',
    startServerProcess(settings.port, { emulatorUrl, viteUrl }, () => {
      simulated?.serverIsBack();
      pages?.serverIsBack();
    }),
  );
  const mini = parts.add('小程序构建', watchDevMini(settings.miniProject, serverUrl));
  const simulator = parts.add(
    '模拟器',
    startSimulator({
      port: settings.simulatorPort,
      servers: { dingtalk: serverUrl, zhezhengding: secondUrl },
      emulator: emulatorUrl,
      h5: hasH5,
    }),
  );
  const failed = (await Promise.allSettled([server, mini, simulator])).find(
    (one) => one.status === 'rejected',
  );
  if (failed !== undefined) throw failed.reason;

  const { ready } = await server;
  simulated = await simulator;
  const { url: simulatorUrl } = simulated;
  console.log(describe(settings, ready, { simulatorUrl, serverUrl, secondUrl, emulatorUrl }));
  console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} 秒启动完成。按 Ctrl-C 停止。\n`);
  process.send?.({ kind: 'ready', simulator: simulatorUrl });
}

async function watchDevMini(project: string, serverUrl: string): Promise<Watcher> {
  await writeProjectFile(project);
  const options = { env: 'development', outDir: packageFolder(project), config: { serverUrl } } as const;
  let failed = false;
  return watchMini(options, (result) => {
    if (stopping) return;
    if (result instanceof Error) console.error(`小程序构建失败：\n${result.message}`);
    else if (failed) console.log('小程序已恢复。');
    failed = result instanceof Error;
  });
}

interface Addresses {
  simulatorUrl: string;
  serverUrl: string;
  secondUrl: string | null;
  emulatorUrl: string | null;
}

function describe(settings: DevSettings, ready: Ready, addresses: Addresses): string {
  const { simulatorUrl, serverUrl, secondUrl, emulatorUrl } = addresses;
  const rows = [
    ['模拟器（在浏览器里打开小程序）', simulatorUrl],
    ...(hasH5 ? [['模拟器（在浏览器里打开 H5 页面）', `${simulatorUrl}/h5.html`]] : []),
    [`服务 · ${settings.platform === 'dingtalk' || settings.emulated ? '钉钉' : '浙政钉'}`, serverUrl],
    ...(secondUrl === null ? [] : [['服务 · 浙政钉', secondUrl]]),
    ...(emulatorUrl === null ? [] : [['平台仿真（钉钉与浙政钉的接口）', emulatorUrl]]),
    ...(hasConsole ? [['管理后台（也是 H5 入口）', `${serverUrl}/console`]] : []),
    ['接口文档', `${serverUrl}/docs`],
    ['数据库', ready.database],
    ['小程序（用小程序开发者工具打开）', settings.miniProject],
  ];
  const persons = people.map((person) => [
    `${person.name}（${person.key}）`,
    person.note + passwordOf(person),
  ]);
  return `\n${table(emulatorUrl === null ? [rows] : [rows, persons])}`;
}

/** The password of people who must type one: to bind an account, or to sign in to the console. */
function passwordOf({ key, account }: EmulatedPerson): string {
  if (key === 'admin') return `；管理后台的密码 ${development.password}`;
  return account === 'unbound' ? `，密码 ${development.password}` : '';
}

const parts = new Parts();
function stop(): void {
  if (stopping) process.exit(1);
  stopping = true;
  console.log('\n正在停止……');
  parts.close().then(() => process.exit(0), failStart);
}
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('disconnect', stop);

start(parts).catch(async (error: unknown) => {
  // Ctrl-C makes a start fail: that is no error to report.
  if (stopping) return;
  await parts.close();
  failStart(error);
});
