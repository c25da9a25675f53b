import net from 'node:net';

/**
 * Whether the tests' PostgreSQL server answers. In CI it must: a suite that is skipped there would hide a fault.
 *
 * @param {string} url a `postgresql://` address.
 * @returns {Promise<boolean>}
 */
export async function postgresAnswers(url) {
  const { hostname, port } = new URL(url);
  const answers = await new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port || 5432) });
    const settle = (value) => {
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
    `\n⚠ 跳过 PostgreSQL 上的测试：${where} 没有应答。测试只在内置数据库上运行。` +
      '\n  要一并运行，请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。\n',
  );
  return false;
}
