/**
 * `npm run dev`: emulator, server (restarted on change), builds of the mini program and of the console (watch) and
 * simulator, then one table of addresses. Ctrl-C ends all of it.
 */

import { development } from '../../server/config/constants.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart } from '../../server/config/start-failure.ts';
import { consoleBuild } from '../build/console.ts';
import { type Watcher, watchMini } from '../build/mini/build.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { type EmulatedPerson, people } from '../emulator/people.ts';
import { startSimulator } from '../simulator/web/server.ts';
import { watchNewMigrations } from './new-migrations.ts';
import { checkPorts } from './ports.ts';
import { type Ready, startServerProcess } from './server-process.ts';
import { type DevSettings, readDevSettings } from './settings.ts';
import { table } from './table.ts';

/** Set by Ctrl-C: what fails from then on has not failed. */
let stopping = false;

interface Part {
  close(): Promise<void>;
}

/** Everything that runs; whatever started is ended, also when something beside it did not start. */
class Parts {
  readonly #started: Part[] = [];

  async add<P extends Part>(starting: Promise<P>): Promise<P> {
    const part = await starting;
    this.#started.push(part);
    return part;
  }

  /** Last started, first ended: nothing outlives what it talks to. */
  async close(): Promise<void> {
    for (let part = this.#started.pop(); part !== undefined; part = this.#started.pop()) await part.close();
  }
}

async function start(parts: Parts): Promise<void> {
  const startedAt = performance.now();
  const settings = readDevSettings(loadEnvironment());
  await checkPorts(settings);
  const emulator = settings.emulated ? await parts.add(startEmulator({ port: settings.emulatorPort })) : null;
  const emulatorUrl = emulator?.url ?? null;
  const serverUrl = `http://127.0.0.1:${settings.port}`;
  const secondUrl = settings.emulated ? `http://127.0.0.1:${settings.port + 1}` : null;

  const server = parts.add(startServerProcess(emulatorUrl, () => console.log('服务已重启。')));
  const mini = parts.add(watchDevMini(settings.miniProject, serverUrl));
  const simulator = parts.add(
    startSimulator({
      port: settings.simulatorPort,
      servers: { dingtalk: serverUrl, zhezhengding: secondUrl },
      emulator: emulatorUrl,
    }),
  );
  const failed = (await Promise.allSettled([server, mini, simulator])).find(
    (one) => one.status === 'rejected',
  );
  if (failed !== undefined) throw failed.reason;

  await parts.add(Promise.resolve(watchNewMigrations((message) => console.log(message))));

  const { ready } = await server;
  const { url: simulatorUrl } = await simulator;
  const pages = await consoleBuild();
  console.log(describe(pages !== null, settings, ready, { simulatorUrl, serverUrl, secondUrl, emulatorUrl }));
  console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} 秒启动完成。按 Ctrl-C 停止。\n`);
  process.send?.({ kind: 'ready', simulator: simulatorUrl });

  // Not waited for: its page says that it is not ready, and loads itself anew a moment later.
  const told = (message: string) => {
    if (!stopping) console.error(`管理后台的页面构建失败：\n${message}`);
  };
  if (pages === null) return;
  parts
    .add(pages.watchConsole(settings.consoleFolder, told))
    .catch((error: unknown) => told(error instanceof Error ? error.message : String(error)));
}

async function watchDevMini(project: string, serverUrl: string): Promise<Watcher> {
  await writeProjectFile(project);
  const options = { env: 'development', outDir: packageFolder(project), config: { serverUrl } } as const;
  return watchMini(options, (result) => {
    if (result instanceof Error && !stopping) console.error(`小程序构建失败：\n${result.message}`);
  });
}

interface Addresses {
  simulatorUrl: string;
  serverUrl: string;
  secondUrl: string | null;
  emulatorUrl: string | null;
}

function describe(withConsole: boolean, settings: DevSettings, ready: Ready, addresses: Addresses): string {
  const { simulatorUrl, serverUrl, secondUrl, emulatorUrl } = addresses;
  const rows = [
    ['模拟器（在浏览器里打开小程序）', simulatorUrl],
    [`服务 · ${settings.platform === 'dingtalk' || settings.emulated ? '钉钉' : '浙政钉'}`, serverUrl],
    ...(secondUrl === null ? [] : [['服务 · 浙政钉', secondUrl]]),
    ...(emulatorUrl === null ? [] : [['平台仿真（钉钉与浙政钉的接口）', emulatorUrl]]),
    ...(withConsole ? [['管理后台（也是 H5 入口）', `${serverUrl}/console`]] : []),
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

/** For whom a password is asked: at the binding, and at the console's sign-in page. */
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
  // An interrupted start fails in its own ways; the person has already said what they want.
  if (stopping) return;
  await parts.close();
  failStart(error);
});
