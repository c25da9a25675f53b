import { beijingTime } from '../audit/words.ts';
import { bindingNames, roleNames, statusNames } from '../contract/constants.ts';
import type { PeopleFilter } from '../contract/people.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { maskMobile } from '../people/masked-mobile.ts';
import { bindingOf } from '../people/search.ts';
import { peopleQuery } from '../people/search-query.ts';
import { columnKeys, columns, type PersonFields } from './columns.ts';

/** People of one statement, whether they match or not, so that each statement is short. */
const step = 2000;

/** The columns of an import come first, with the same names, so that an exported file can be changed and imported. */
export const exportHead: readonly string[] = [
  ...columnKeys.filter((key) => key !== 'password').map((key) => columns[key].title),
  '状态',
  '绑定',
  '绑定时间',
  '离开组织的时间',
  '创建时间',
];

interface ExportedPerson extends PersonFields {
  username: string;
  status: 'ACTIVE' | 'DISABLED';
  boundAt: Date | null;
  leftAt: Date | null;
  createdAt: Date;
}

/**
 * The matching people, the latest added first, in batches: one pass through the table in the order of the list, so that
 * new people cause no gaps or repeats.
 *
 * @param view `searchMobiles`: whether the words are also searched in mobile numbers; `fullMobiles`: not masked.
 */
export async function* exportedPeople(
  prisma: PrismaClient,
  filter: PeopleFilter,
  view: { searchMobiles: boolean; fullMobiles: boolean },
): AsyncGenerator<(string | null)[][]> {
  const query = peopleQuery(filter, view.searchMobiles);
  const matches = query === null ? Prisma.sql`true` : query.condition;
  let before: string | null = null;
  do {
    const from: Prisma.Sql = before === null ? Prisma.sql`true` : Prisma.sql`id < ${before}::uuid`;
    const [end]: { id: string }[] = await prisma.$queryRaw`
      SELECT id FROM users WHERE ${from} ORDER BY id DESC OFFSET ${step - 1} LIMIT 1`;
    const to = end === undefined ? Prisma.sql`true` : Prisma.sql`id >= ${end.id}::uuid`;
    const people = await prisma.$queryRaw<ExportedPerson[]>`
      SELECT username, name, mobile, department, role::text, ding_user_id AS "dingUserId",
        employee_code AS "employeeCode", is_super_executive AS "isSuperExecutive", status::text,
        bound_at AS "boundAt", left_at AS "leftAt", created_at AS "createdAt"
      FROM users WHERE ${from} AND ${to} AND ${matches} ORDER BY id DESC`;
    yield people.map((person) => exportRow(person, view.fullMobiles));
    before = end?.id ?? null;
  } while (before !== null);
}

function exportRow(person: ExportedPerson, fullMobiles: boolean): (string | null)[] {
  const { mobile, boundAt, leftAt } = person;
  return [
    person.username,
    person.name,
    mobile === null || fullMobiles ? mobile : maskMobile(mobile),
    person.department,
    roleNames[person.role],
    person.dingUserId,
    person.employeeCode,
    person.isSuperExecutive ? '是' : '否',
    statusNames[person.status === 'DISABLED' ? 'disabled' : 'active'],
    bindingNames[bindingOf(person)],
    boundAt === null ? null : beijingTime(boundAt),
    leftAt === null ? null : beijingTime(leftAt),
    beijingTime(person.createdAt),
  ];
}
