import { startEmulator } from './emulator.ts';

/** `tsx scripts/emulator/main.ts`: the emulator alone, on EMULATOR_PORT (3100 by default). */
const text = process.env.EMULATOR_PORT || '3100';
const port = Number(text);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`EMULATOR_PORT 不是端口号：${text}。请填 1 到 65535 之间的整数，例如 3100`);
  process.exit(1);
}

try {
  const emulator = await startEmulator({ port, log: (line) => console.log(line) });
  // Each address ends its line, so that terminals link the whole of it and nothing else.
  console.log(`平台模拟器已启动：${emulator.url}`);
  console.log(`可登录的人员：${emulator.url}/_emulator/people`);
  const stop = () => {
    void emulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  console.error(
    inUse
      ? `端口 ${port} 已被占用。请停掉占用它的程序，或在 .env 里换一个 EMULATOR_PORT`
      : `平台模拟器启动失败：${String(error)}`,
  );
  process.exitCode = 1;
}
