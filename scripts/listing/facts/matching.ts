import { matchPerson } from '../../../server/auth/matching.ts';
import type { PrismaClient } from '../../../server/database/database.ts';
import type { PlatformPerson } from '../../../server/platform/platform.ts';

export type Matcher = typeof matchPerson;

/** Two 超级高管: one whose platform id is known, one of whom only the mobile number is. */
const people = [
  { username: 'a', name: '甲', isSuperExecutive: true, dingUserId: 'id-a', mobile: null },
  { username: 'b', name: '乙', isSuperExecutive: true, dingUserId: null, mobile: '10000009999' },
] as const;

type Row = Readonly<Record<string, unknown>>;

/** Whether a row meets a condition of Prisma: equal values, AND, OR, NOT. @throws Error for any other. */
function meets(row: Row, where: Row): boolean {
  return Object.entries(where).every(([key, wanted]) => {
    const all = [wanted].flat() as Row[];
    if (key === 'AND') return all.every((one) => meets(row, one));
    if (key === 'OR') return all.some((one) => meets(row, one));
    if (key === 'NOT') return !all.some((one) => meets(row, one));
    if (!(key in row) || (typeof wanted === 'object' && wanted !== null)) {
      throw new Error(`the stand-in for the users' table does not know ${key}`);
    }
    return row[key] === wanted;
  });
}

const find = async ({ where }: { where: Row }) => people.find((row) => meets(row, where)) ?? null;
const user = { findUnique: find, findFirst: find };

/**
 * Asks the app's own matching for 超级高管, over two invented people in place of the users' table.
 *
 * @returns what it does wrong, in Chinese; null where it asks the table in a way that only a database can answer.
 */
export async function wrongMatches(match: Matcher = matchPerson): Promise<string[] | null> {
  const matched = async (more: Partial<PlatformPerson>): Promise<string | null> => {
    const person = { id: 'id-unknown', name: '无', unionId: null, employeeCode: null, mobile: null, ...more };
    // All ways to match are on. A 超级高管 must still match by the id alone.
    const policy = { matchByMobile: true, binding: true };
    const found = await match({ user } as unknown as PrismaClient, person, policy);
    return found.kind === 'account' ? found.user.username : null;
  };
  try {
    return [
      ...((await matched({ id: 'id-a', name: '甲' })) === 'a' ? [] : ['按平台 id 没有匹配到']),
      ...((await matched({ mobile: '10000009999' })) === null ? [] : ['按手机号匹配到了']),
      ...((await matched({ name: '甲' })) === null ? [] : ['按姓名匹配到了']),
    ];
  } catch {
    return null;
  }
}
