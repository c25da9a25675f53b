/**
 * `npm run dev`: emulator, server (restarted on change), mini program build (watch) and simulator, then one
 * table of addresses. Ctrl-C ends all of it.
 */

import { development } from '../../server/config/config.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart } from '../../server/start-failure.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { people } from '../emulator/people.ts';
import { watchMini } from '../mini/build.ts';
import { startSimulator } from '../simulator/web/server.ts';
import { type Ready, startServerProcess } from './server-process.ts';
import { type DevSettings, readDevSettings } from './settings.ts';
import { table } from './table.ts';

interface Part {
  close(): Promise<void>;
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const settings = readDevSettings(loadEnvironment());
  const parts: Part[] = [];
  const closeAll = async () => {
    // Last started, first ended: nothing outlives what it talks to.
    for (const part of parts.reverse()) await part.close();
  };
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log('\n正在停止……');
    closeAll().then(() => process.exit(0), failStart);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);

  try {
    const emulator = settings.emulated ? await startEmulator({ port: settings.emulatorPort }) : null;
    if (emulator !== null) parts.push(emulator);
    let announce: (ready: Ready) => void = () => {};
    const ready = new Promise<Ready>((resolve) => {
      announce = resolve;
    });
    const server = await startServerProcess(emulator?.url ?? null, (now, first) => {
      if (first) announce(now);
      else console.log('服务已重启。');
    });
    parts.push(server);
    const running = await ready;
    const [firstUrl = '', secondUrl = null] = running.urls;
    parts.push(
      await watchMini({ env: 'development', config: { serverUrl: firstUrl } }, (result) => {
        if (result instanceof Error) console.error(`小程序构建失败：\n${result.message}`);
      }),
    );
    const dingtalk = settings.emulated || settings.platform === 'dingtalk' ? firstUrl : null;
    const simulator = await startSimulator({
      port: settings.simulatorPort,
      servers: { dingtalk: dingtalk ?? firstUrl, zhezhengding: settings.emulated ? secondUrl : null },
      emulator: emulator?.url ?? null,
    });
    parts.push(simulator);
    console.log(describe(settings, running, emulator?.url ?? null, simulator.url));
    console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} 秒启动完成。按 Ctrl-C 停止。\n`);
    process.send?.({ kind: 'ready', simulator: simulator.url });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function describe(
  settings: DevSettings,
  ready: Ready,
  emulatorUrl: string | null,
  simulatorUrl: string,
): string {
  const [firstUrl = '', secondUrl] = ready.urls;
  const addresses = [
    ['模拟器（在浏览器里打开小程序）', simulatorUrl],
    [`服务 · ${settings.platform === 'dingtalk' || settings.emulated ? '钉钉' : '浙政钉'}`, firstUrl],
    ...(secondUrl === undefined ? [] : [['服务 · 浙政钉', secondUrl]]),
    ...(emulatorUrl === null ? [] : [['平台仿真（钉钉与浙政钉的接口）', emulatorUrl]]),
    ['接口文档', `${firstUrl}/docs`],
    ['数据库', ready.database === 'embedded' ? '内置（.data/database）' : 'PostgreSQL（DATABASE_URL）'],
    ['小程序构建结果', 'dist/mini（用小程序开发者工具打开本目录）'],
  ];
  const persons = people.map((person) => [
    `${person.name}（${person.key}）`,
    `${person.note}${person.account === 'unbound' ? `，密码 ${development.password}` : ''}`,
  ]);
  return `\n${table(emulatorUrl === null ? [addresses] : [addresses, persons])}`;
}

main().catch(failStart);
