import type { PeoplePage } from '../../../server/contract/people.ts';

/** Milliseconds. */
export interface Timing {
  p50: number;
  p99: number;
  max: number;
}

export interface Case {
  name: string;
  /** Addresses that are asked for in turn. */
  paths: string[];
  /** Whether an answer is one that this case is about. */
  holds(body: string): boolean;
}

export interface Ask {
  url: string;
  token: string;
}

const asked = 300;

const pathOf = (query: Record<string, string>, count = false) =>
  `/api/admin/people${count ? '/count' : ''}?${new URLSearchParams(query)}`;

const some = (body: string) => !body.includes('"items":[]');
const none = (body: string) => body.includes('"items":[]');
const counted = (body: string) => body.includes('"total":');

/** What administrators ask for, with other words each time, so that nothing is only kept in memory. */
export async function casesOf(ask: Ask, people: number): Promise<Case[]> {
  const many = (query: (n: number) => Record<string, string>) =>
    Array.from({ length: 50 }, (_, at) => pathOf(query(1 + ((at * 7919) % people))));
  const surnames = [...'赵钱孙李周吴郑王冯陈'];
  const given = [...'伟芳娜敏静丽强磊军洋'];
  const pick = (list: readonly string[], n: number) => list[n % list.length] ?? '';
  const pairs = (n: number) => pick(surnames, n) + pick(given, Math.floor(n / 10));
  const deep = [];
  for (let at = 1; at <= 10; at += 1) deep.push(await cursorAt(ask, (people * at) / 11));
  return [
    { name: '第一页', paths: [pathOf({})], holds: some },
    { name: '很靠后的一页', paths: deep.map((cursor) => pathOf({ cursor })), holds: some },
    { name: '搜姓名的两个字', paths: many((n) => ({ q: pairs(n) })), holds: some },
    {
      name: '搜部门里的两个字（数据、教育……）',
      paths: ['数据', '教育', '信访', '人事'].map((q) => pathOf({ q })),
      holds: some,
    },
    { name: '同上，很靠后的一页', paths: deep.map((cursor) => pathOf({ q: '数据', cursor })), holds: some },
    {
      name: '搜手机号后四位',
      paths: many((n) => ({ q: String((n * 7919) % 10_000).padStart(4, '0') })),
      holds: some,
    },
    { name: '搜整个手机号', paths: many((n) => ({ q: mobileOf(n) })), holds: some },
    { name: '两个词：姓名和部门', paths: many((n) => ({ q: `${pairs(n)} 财政` })), holds: () => true },
    {
      name: '没有结果',
      paths: ['查无', '查无此人', 'zzqq', '00000000000'].map((q) => pathOf({ q })),
      holds: none,
    },
    { name: '筛选：未绑定', paths: [pathOf({ binding: 'unbound' })], holds: some },
    { name: '筛选：已停用', paths: [pathOf({ status: 'disabled' })], holds: some },
    { name: '筛选：超级高管', paths: [pathOf({ superExecutive: 'true' })], holds: some },
    {
      name: '筛选：已停用的管理员',
      paths: [pathOf({ status: 'disabled', role: 'ADMIN' })],
      holds: () => true,
    },
    {
      name: '筛选：已离开，搜两个字',
      paths: many((n) => ({ status: 'left', q: pairs(n) })),
      holds: () => true,
    },
    { name: '人数：全部', paths: [pathOf({}, true)], holds: counted },
    { name: '人数：部门里的两个字', paths: [pathOf({ q: '数据' }, true)], holds: counted },
    { name: '人数：已绑定', paths: [pathOf({ binding: 'bound' }, true)], holds: counted },
    { name: '人数：手机号里的两位', paths: [pathOf({ q: '10' }, true)], holds: counted },
  ];
}

/** As the SQL that makes the people has it. */
const mobileOf = (n: number) => `10${String((n * 7919) % 1_000_000_000).padStart(9, '0')}`;

/** The cursor of a page so many people from the end: such a cursor names the last person of the page before it. */
async function cursorAt({ url, token }: Ask, n: number): Promise<string> {
  const q = `user${Math.floor(n)}`;
  const answer = await fetch(`${url}${pathOf({ q, limit: '1' })}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { items } = (await answer.json()) as PeoplePage;
  const [person] = items;
  if (person === undefined) throw new Error(`${q} is not there`);
  return Buffer.from(person.id.replaceAll('-', ''), 'hex').toString('base64url');
}

/**
 * Asks one after another, as a person does.
 *
 * @throws Error for an answer that is not what the case is about: it must not count.
 */
export async function measureCase({ url, token }: Ask, { name, paths, holds }: Case): Promise<Timing> {
  const times: number[] = [];
  const headers = { authorization: `Bearer ${token}` };
  for (let at = -20; at < asked; at += 1) {
    const path = paths[Math.abs(at) % paths.length] ?? '';
    const from = performance.now();
    const answer = await fetch(`${url}${path}`, { headers });
    const body = await answer.text();
    // The first ones warm up.
    if (at >= 0) times.push(performance.now() - from);
    if (answer.status !== 200 || !holds(body))
      throw new Error(`${name}：${answer.status} ${body.slice(0, 200)}`);
  }
  return timingOf(times);
}

export function timingOf(times: readonly number[]): Timing {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
