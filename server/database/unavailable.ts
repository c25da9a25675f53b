import { StartFailure } from '../config/start-failure.ts';

/** Prisma: cannot reach, timed out, connection closed, too many connections, pool time-out. */
const prismaCodes = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
]);

/** PostgreSQL classes 08 (connection), 53 (resources), 57P (shutdown), and 57014: a statement over its time-out. */
const sqlState = /^(?:08|53|57P|57014)/;

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Messages of `pg` without a code: no connection in time, a query over its time-out, a connection lost before the query. */
const messages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|terminating connection|is not queryable/i;

/**
 * Whether an error means that the database cannot be reached or does not answer. The request is correct and may succeed
 * later.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = nested(at), depth += 1) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
    if (prismaCodes.has(code) || networkCodes.has(code) || (code.length === 5 && sqlState.test(code)))
      return true;
    if (at.name === 'PrismaClientInitializationError') return true;
    const isDatabaseError =
      /^(?:Prisma|DriverAdapter)/.test(at.name) || /node_modules.pg/.test(at.stack ?? '');
    if (isDatabaseError && messages.test(at.message)) return true;
    if (adapterSaysSo(at)) return true;
  }
  return false;
}

function nested(error: Error): unknown {
  if (error.cause !== undefined) return error.cause;
  const meta = 'meta' in error ? (error.meta as { driverAdapterError?: unknown } | undefined) : undefined;
  return meta?.driverAdapterError;
}

/** Kinds of the driver adapter's errors for a connection that failed or was lost; they have no code. */
const adapterKinds = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TooManyConnections',
]);

/** The driver adapter keeps the error of PostgreSQL or the socket as data, not as an Error. */
function adapterSaysSo(error: Error): boolean {
  const { cause } = error as { cause?: { kind?: unknown; originalCode?: unknown } };
  if (typeof cause?.kind === 'string' && adapterKinds.has(cause.kind)) return true;
  return typeof cause?.originalCode === 'string' && sqlState.test(cause.originalCode);
}

/** PostgreSQL: class 28, wrong user name or password; 3D000, no such database. */
const refusals = /^(?:28\w{3}|3D000)$/;

/** A start or a command needs the database, and cannot reach it. */
class DatabaseUnreachable extends StartFailure {
  override readonly name = 'DatabaseUnreachable';
}

/**
 * Runs the database work of a start or a command.
 *
 * @throws StartFailure in Chinese if the database cannot be reached or refuses the sign-in; all other errors unchanged.
 */
export async function explainingDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!isDatabaseUnavailable(cause) && !refusals.test(code)) throw cause;
    throw new DatabaseUnreachable(
      '连不上数据库。请检查 DATABASE_URL 的地址、端口、用户名和密码，并确认 PostgreSQL 正在运行。',
      { cause },
    );
  }
}
