import fc from 'fast-check';
import type { PeopleFilter, PeopleListQuery, PeoplePage, PersonRow } from '../contract/people.ts';
import type { Prisma } from '../database/generated/client.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, get } from '../testing/http.ts';
import { maskMobile } from './masked-mobile.ts';

let server: Built;
let admin: string;
let auditor: string;
let everybody: Prisma.UserGetPayload<object>[];

beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  admin = await server.tokenOf('admin');
  auditor = await server.tokenOf('chenguang');
  await server.prisma.user.createMany({ data: fc.sample(person(), { seed: 7, numRuns: 250 }).map(unique) });
  everybody = await server.prisma.user.findMany();
});
afterAll(() => server?.close());

/**
 * Few characters, so that matches are frequent: Chinese, both cases, digits, blanks, special characters of SQL and
 * tsquery, and surrogate pairs.
 */
const characters = [..."张三丰数据局处aAbBzZ0123_%'\\&|!:*()<-> \u3000𠮷😀É"];
const words = (least: number, most: number) =>
  fc
    .array(fc.constantFrom(...characters), { minLength: least, maxLength: most })
    .map((list) => list.join(''));

function person() {
  return fc.record({
    name: words(1, 4),
    username: words(1, 6),
    department: fc.option(words(0, 12)),
    mobile: fc.option(fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }).map(String)),
    dingUserId: fc.option(words(1, 6)),
    employeeCode: fc.option(words(1, 5)),
    role: fc.constantFrom('USER', 'USER', 'USER', 'ADMIN', 'AUDITOR'),
    status: fc.constantFrom('ACTIVE', 'ACTIVE', 'DISABLED'),
    isSuperExecutive: fc.boolean(),
    leftAt: fc.option(fc.constant(new Date('2026-03-01T00:00:00Z'))),
    boundAt: fc.option(fc.constant(new Date('2026-02-01T00:00:00Z'))),
  });
}

type Made = ReturnType<typeof person> extends fc.Arbitrary<infer T> ? T : never;

const unique = (made: Made, at: number): Prisma.UserCreateManyInput =>
  ({
    ...made,
    username: `${made.username}#${at}`,
    mobile: made.mobile && `${made.mobile.slice(0, 8)}${String(at).padStart(3, '0')}`,
    dingUserId: made.dingUserId && `${made.dingUserId}#${at}`,
    boundAt: made.dingUserId && made.boundAt,
  }) as Prisma.UserCreateManyInput;

const small = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The meaning of the filter, as plain code. */
function naive({ q = '', binding, status, role, superExecutive }: PeopleFilter, mobiles: boolean): string[] {
  const terms = small(q)
    .split(/\s+/)
    .filter((term) => term !== '');
  return everybody
    .filter((one) => {
      const fields = [one.username, one.name, one.dingUserId, one.employeeCode, one.department];
      if (mobiles) fields.push(one.mobile);
      const found = terms.every((term) =>
        fields.some((field) => field !== null && small(field).includes(term)),
      );
      const state = one.dingUserId === null ? 'unbound' : one.boundAt === null ? 'expected' : 'bound';
      const is = {
        active: one.status === 'ACTIVE' && one.leftAt === null,
        disabled: one.status === 'DISABLED',
        left: one.leftAt !== null,
      };
      return (
        found &&
        (binding === undefined || binding === state) &&
        (status === undefined || is[status]) &&
        (role === undefined || one.role === role) &&
        (!superExecutive || one.isSuperExecutive)
      );
    })
    .map(({ id }) => id)
    .sort()
    .reverse();
}

function search(filter: PeopleListQuery) {
  const query = new URLSearchParams(
    Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
  );
  return `/api/admin/people?${query}`;
}

async function page(filter: PeopleListQuery, token = admin): Promise<PeoplePage> {
  const response = await get(server, search(filter), token);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
  return response.json<PeoplePage>();
}

async function all(filter: PeopleListQuery, limit: number, token = admin): Promise<PersonRow[]> {
  const rows: PersonRow[] = [];
  for (let at = 1; ; at += 1) {
    const { items } = await page({ ...filter, limit, page: at }, token);
    rows.push(...items);
    if (items.length < limit) return rows;
  }
}

const count = async (filter: PeopleFilter, token = admin) => {
  const { total, more } = await page({ ...filter, limit: 1 }, token);
  return { total, more };
};

/** Parts of existing values, and random words. */
const anyFilter = () =>
  fc.record(
    {
      q: fc.oneof(
        words(0, 5),
        fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 6 })).map(([who, from, length]) => {
          const one = everybody[who % everybody.length];
          const text = [one?.name, one?.username, one?.mobile, one?.dingUserId, one?.department].join(' ');
          return Array.from(text)
            .slice(from % text.length)
            .slice(0, length)
            .join('');
        }),
        fc.tuple(words(1, 2), words(1, 2)).map(([one, other]) => `${one} ${other}`),
      ),
      binding: fc.constantFrom('unbound', 'expected', 'bound'),
      status: fc.constantFrom('active', 'disabled', 'left'),
      role: fc.constantFrom('USER', 'ADMIN', 'AUDITOR'),
      superExecutive: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<PeopleFilter>;

test('the search finds and counts the same people as a plain filter, in the same order, on pages of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyFilter(),
      fc.integer({ min: 7, max: 100 }),
      fc.boolean(),
      async (filter, limit, byAdmin) => {
        const token = byAdmin ? admin : auditor;
        const expected = naive(filter, byAdmin);
        expect((await all(filter, limit, token)).map(({ id }) => id)).toEqual(expected);
        expect(await count(filter, token)).toEqual({ total: expected.length, more: false });
      },
    ),
    { numRuns: 120 },
  );
});

test.each([
  ['two Chinese characters inside a department', '数据', 'lisi', { department: '省数据资源管理局' }],
  ['a name', '李四', 'lisi', { name: '李四' }],
  ['the end of a mobile number', '7531', 'lisi', { mobile: '13900007531' }],
  ['the middle of a platform id', '019', 'zhangsan', { dingUserId: 'x70190y' }],
  ['an employee code in other case', 'ge_77', 'zhangsan', { employeeCode: 'GE_7788' }],
  ['words from different fields', '数据 李四', 'lisi', { name: '李四', department: '省数据资源管理局' }],
])('the search finds %s', async (_, q, username, data) => {
  const before = await server.prisma.user.findUniqueOrThrow({ where: { username } });
  await server.prisma.user.update({ where: { username }, data });
  expect((await all({ q }, 50)).map((row) => row.username)).toContain(username);
  const restored = Object.fromEntries(
    Object.keys(data).map((key) => [key, before[key as keyof typeof before]]),
  );
  await server.prisma.user.update({ where: { username }, data: restored });
});

test('a row has no full mobile number', async () => {
  const [row] = (await page({ q: 'zhangsan' })).items;
  const zhangsan = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  expect(row).toEqual({
    id: zhangsan.id,
    username: 'zhangsan',
    name: '张三',
    department: zhangsan.department,
    mobile: maskMobile(zhangsan.mobile ?? ''),
    role: 'USER',
    disabled: false,
    leftAt: null,
    isSuperExecutive: false,
    dingUserId: '270101',
    binding: 'bound',
    boundAt: zhangsan.boundAt?.toISOString(),
    boundBy: 'ADMINISTRATOR',
    lastSignInAt: null,
  });
  await server.tokenOf('zhangsan');
  const signIn = await server.prisma.auditLog.findFirstOrThrow({
    where: { action: 'sign-in', actorId: zhangsan.id },
  });
  expect((await page({ q: 'zhangsan' })).items[0]?.lastSignInAt).toBe(signIn.at.toISOString());
});

test('a person who may not see mobile numbers cannot search for them', async () => {
  const { mobile } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  expect(mobile).toMatch(/^10000/);
  for (const q of [mobile ?? '', '1000', 'zhangsan 10000']) {
    expect((await all({ q }, 50)).map((row) => row.username)).toContain('zhangsan');
    expect((await all({ q }, 50, auditor)).map((row) => row.username)).not.toContain('zhangsan');
    expect((await count({ q }, auditor)).total).toBe((await all({ q }, 50, auditor)).length);
  }
});

test.each(['name', 'username', 'department', 'boundAt'] as const)(
  'people can be sorted by %s both ways: each person once, those without a value last',
  async (field) => {
    const known = naive({ role: 'USER' }, true).sort();
    for (const sort of [field, `-${field}`] as const) {
      const rows = await all({ role: 'USER', sort }, 40);
      expect(rows.map(({ id }) => id).sort()).toEqual(known);
      const values = rows.map((row) => row[field]);
      const given = values.filter((value) => value !== null);
      expect(values).toEqual([...given, ...values.filter((value) => value === null)]);
      const [{ sorted }] = await server.prisma.$queryRawUnsafe<[{ sorted: string[] }]>(
        `SELECT array_agg(v ORDER BY v ${sort === field ? 'ASC' : 'DESC'}) AS sorted FROM unnest($1::text[]) AS v`,
        given,
      );
      expect(given).toEqual(sorted);
    }
  },
);

test.each([
  { page: 0 },
  { page: 10_001 },
  { page: 1.5 },
  { sort: 'mobile' },
  { sort: '--name' },
  { limit: 0 },
  { limit: 1.5 },
  { limit: 101 },
  { binding: 'maybe' },
  { status: 'gone' },
  { role: 'KING' },
  { superExecutive: 'perhaps' },
  { q: 'x'.repeat(65) },
  { q: 'a\u0000b' },
  { unknown: '1' },
])('%j is refused', async (query) => {
  expectFault(await get(server, search(query as PeopleListQuery), admin), 400, 'INVALID_REQUEST');
});
