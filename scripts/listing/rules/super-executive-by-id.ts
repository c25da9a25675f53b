import { matchPerson } from '../../../server/auth/matching.ts';
import { type Database, openDatabase } from '../../../server/database/database.ts';
import { applyMigrations } from '../../../server/database/migrations.ts';
import type { PlatformPerson } from '../../../server/platform/platform.ts';
import { fail, pass, type Rule } from '../rule.ts';

type Matcher = typeof matchPerson;

/** Everything that may match is on: what still must not is a 超级高管 by anything but the id. */
const policy = { matchByMobile: true, binding: true };

/**
 * Guide 10: 「匹配用户的时候通过 id 进行匹配」. Asks the app's own matching, on an embedded database of its own.
 *
 * @param match the app's matching.
 * @param open gives a database with the app's tables and nothing in them.
 */
export function superExecutiveByIdRule(match: Matcher, open = openTemporary): Rule {
  return {
    id: 'super-executive-by-id',
    section: '10',
    title: '超级高管只按平台 id 匹配，不按手机号、姓名。',
    severity: 'must',
    how: '在临时的内置数据库里放两位超级高管，用应用自己的匹配（server/auth/matching.ts）试：按 id 应匹配，按手机号、姓名不应。',
    remedy: '恢复 server/auth/matching.ts：先按 dingUserId 找；按手机号找时加 isSuperExecutive: false。',
    async check() {
      const database = await open();
      try {
        const { prisma } = database;
        await prisma.user.createMany({
          data: [
            { username: 'a', name: '甲', isSuperExecutive: true, dingUserId: 'id-a' },
            { username: 'b', name: '乙', isSuperExecutive: true, mobile: '10000009999' },
          ],
        });
        const person = (more: Partial<PlatformPerson>): PlatformPerson => ({
          id: 'id-unknown',
          name: '无',
          unionId: null,
          employeeCode: null,
          mobile: null,
          ...more,
        });
        const matched = async (more: Partial<PlatformPerson>): Promise<string | null> => {
          const found = await match(prisma, person(more), policy);
          return found.kind === 'account' ? found.user.username : null;
        };
        const wrong = [
          ...((await matched({ id: 'id-a', name: '甲' })) === 'a' ? [] : ['按平台 id 没有匹配到']),
          ...((await matched({ mobile: '10000009999' })) === null ? [] : ['按手机号匹配到了']),
          ...((await matched({ name: '甲' })) === null ? [] : ['按姓名匹配到了']),
        ];
        return wrong.length === 0
          ? pass('按 id 匹配到，按手机号和姓名都不匹配。')
          : fail(`超级高管的匹配不对：${wrong.join('；')}。`, ['server/auth/matching.ts']);
      } finally {
        await database.close();
      }
    },
  };
}

export const superExecutiveById = superExecutiveByIdRule(matchPerson);

async function openTemporary(): Promise<Database> {
  const database = await openDatabase({ url: null, dataDir: 'memory', poolSize: 1, timeoutMs: 10_000 });
  await applyMigrations(database);
  return database;
}
