/** A failed start, whose message explains the reason in Chinese. */
export class StartFailure extends Error {
  override readonly name: string = 'StartFailure';
}

/** How to find the process that uses a port, in Chinese. */
export const takenBy = (port: number | string): string =>
  `查看占用者：Windows 运行 netstat -ano | findstr :${port}，macOS 和 Linux 运行 lsof -i :${port}`;

/** Why the system denies a port, in Chinese, without a full stop. */
export const deniedPort = (port: number): string =>
  port < 1024
    ? '1024 以下的端口要有管理员权限'
    : 'Windows 把它留给了 Hyper-V、WSL 或 Docker，留了哪些可以这样看：netsh interface ipv4 show excludedportrange protocol=tcp';

/**
 * The explanation of a failed start, in Chinese; null for a fault that needs a developer, whose stack is more useful.
 */
export function explainStartFailure(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && error.code === 'EADDRINUSE') {
    const port = 'port' in error ? String(error.port) : '';
    return `端口 ${port} 已被占用，无法启动。请关闭占用它的程序，或在 .env 中换一个端口。\n${takenBy(port)}`;
  }
  if ('code' in error && error.code === 'EACCES' && 'port' in error) {
    return `系统不允许监听端口 ${String(error.port)}：${deniedPort(Number(error.port))}。请在 .env 中换一个端口。`;
  }
  if ('code' in error && error.code === 'EADDRNOTAVAIL') {
    const address = 'address' in error ? String(error.address) : '';
    return `HOST 的地址 ${address} 不是这台机器的，无法监听。请填本机的 IP，或 0.0.0.0（所有地址）。`;
  }
  return error instanceof StartFailure ? error.message : null;
}

/** Ends the process with the explanation, or with the whole error for a developer. */
export function failStart(error: unknown): never {
  console.error(explainStartFailure(error) ?? error);
  process.exit(1);
}
