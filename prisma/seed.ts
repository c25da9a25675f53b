import { createPasswords, type Passwords } from '../server/auth/passwords.ts';
import { development } from '../server/config/constants.ts';
import type { PrismaClient } from '../server/database/database.ts';
import type { Prisma } from '../server/database/generated/client.ts';
import { seedNotices } from './seed-notices.ts';

export interface Seeded {
  users: number;
  /** Rows of examples. */
  samples: number;
}

/** An account of the seed; all people are invented, and the mobile numbers are of no real range. */
interface Account {
  username: string;
  name: string;
  department: string;
  /** The number in the platform's ids and in the mobile number. */
  number: number;
  state: 'bound' | 'unbound' | 'disabled';
}

/** People of the emulated organisation who have an account here; wangwu and sunqi have none. */
const accounts: readonly Account[] = [
  { number: 1, username: 'zhangsan', name: '张三', department: '办公室', state: 'bound' },
  { number: 2, username: 'lisi', name: '李四', department: '综合处', state: 'unbound' },
  { number: 4, username: 'zhaoliu', name: '赵六', department: '人事处', state: 'bound' },
  { number: 6, username: 'zhouba', name: '周八', department: '财务处', state: 'disabled' },
  { number: 7, username: 'chenguang', name: '陈光', department: '厅领导', state: 'bound' },
  { number: 8, username: 'admin', name: '管理员', department: '信息中心', state: 'bound' },
];

/** The user names of the seed's people. */
export const seededUsernames: readonly string[] = accounts.map(({ username }) => username);

/**
 * Writes the accounts, with the development password, and the samples. Adds only missing rows, so it can run at every
 * start.
 *
 * @param passwords hashes the password.
 * @returns how many rows were added.
 */
export async function seed(
  prisma: PrismaClient,
  passwords: Passwords = createPasswords([]),
): Promise<Seeded> {
  const present = await prisma.user.findMany({
    where: { username: { in: accounts.map(({ username }) => username) } },
    select: { username: true },
  });
  const known = new Set(present.map(({ username }) => username));
  const missing = await Promise.all(
    accounts
      .filter(({ username }) => !known.has(username))
      .map(async (account) => row(account, await passwords.hash(development.password))),
  );
  const { count: users } = await prisma.user.createMany({ data: missing, skipDuplicates: true });
  let samples = 0;
  samples += await seedNotices(prisma); // part: notices
  return { users, samples };
}

function row(account: Account, passwordHash: string): Prisma.UserCreateManyInput {
  const { number, username, name, department, state } = account;
  const isSuperExecutive = username === 'chenguang';
  const digits = String(number).padStart(4, '0');
  return {
    username,
    passwordHash,
    name,
    // The platforms' APIs do not give a super executive's number.
    mobile: isSuperExecutive ? null : `1000000${digits}`,
    department,
    role: username === 'admin' ? 'ADMIN' : 'USER',
    status: state === 'disabled' ? 'DISABLED' : 'ACTIVE',
    isSuperExecutive,
    ...(state !== 'unbound' && {
      dingUserId: String(270100 + number),
      unionId: `emulated-union-${username}`,
      employeeCode: `GE_emulated${digits}`,
      boundAt: new Date('2026-01-05T01:00:00.000Z'),
      boundBy: 'ADMINISTRATOR',
    }),
  };
}
