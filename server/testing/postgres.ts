import net from 'node:net';

/** The PostgreSQL server of the tests; its user must be allowed to create databases. */
export const postgresUrl = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

/**
 * Whether the tests' PostgreSQL server answers. In CI it must: a suite that is skipped there would hide a fault.
 *
 * @throws Error in CI where it does not answer.
 */
export async function postgresAnswers(): Promise<boolean> {
  const { hostname, port } = new URL(postgresUrl);
  const answers = await new Promise<boolean>((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port || 5432) });
    const settle = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(2000, () => settle(false));
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
  });
  if (answers) return true;
  const where = `${hostname}:${port || 5432}`;
  if (process.env.CI) throw new Error(`CI 里必须有 PostgreSQL：${where} 没有应答。`);
  console.warn(
    `\n⚠ ${where} 上没有 PostgreSQL 应答：测试改在内置数据库上运行，跳过只能在 PostgreSQL 上跑的测试。` +
      '\n  请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。\n',
  );
  return false;
}
