import pg from 'pg';
import { type Timing, timingOf } from './cases.ts';

export interface WriteTiming {
  name: string;
  timing: Timing;
}

const statements = 3000;

/**
 * What writing costs with the search's index and without it: the statement that binds an account, and the one that
 * a sign-in writes to `users` (none of its fields are searched for: it changes nothing in the index).
 */
export async function measureWrites(databaseUrl: string, people: number): Promise<WriteTiming[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const bind = (n: number) =>
    client.query({
      name: 'bind',
      text: `UPDATE users SET ding_user_id = $2, employee_code = $2, bound_at = now(), bound_by = 'PASSWORD',
        updated_at = now() WHERE username = $1`,
      values: [`user${n}`, `b${n} ${Math.random()}`],
    });
  const rename = (n: number) =>
    client.query({
      name: 'plain',
      text: 'UPDATE users SET union_id = $2, updated_at = now() WHERE username = $1',
      values: [`user${n}`, `u${n}`],
    });
  async function timed(write: (n: number) => Promise<unknown>): Promise<Timing> {
    const times: number[] = [];
    for (let at = -100; at < statements; at += 1) {
      const from = performance.now();
      await write(1 + (Math.abs(at * 7919) % people));
      if (at >= 0) times.push(performance.now() - from);
    }
    return timingOf(times);
  }
  async function insertMany(): Promise<Timing> {
    const times: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const from = performance.now();
      await client.query('BEGIN');
      await client.query(insert20000, [at]);
      await client.query('ROLLBACK');
      times.push(performance.now() - from);
    }
    return timingOf(times);
  }
  try {
    const withIndex = [await timed(bind), await timed(rename), await insertMany()];
    await client.query('DROP INDEX users_search_idx');
    await client.query('VACUUM ANALYZE users');
    const without = [await timed(bind), await timed(rename), await insertMany()];
    const names = ['绑定', '改不被搜索的字段', '一次新增 20,000 人'];
    return names.flatMap((name, at) => {
      const [one, other] = [withIndex[at], without[at]];
      return one === undefined || other === undefined
        ? []
        : [
            { name, timing: one },
            { name: `${name}，没有搜索索引`, timing: other },
          ];
    });
  } finally {
    await client.end();
  }
}

const insert20000 = `
  INSERT INTO users (id, username, name, mobile, department, updated_at)
  SELECT gen_random_uuid(), 'import' || $1::int || '-' || n, '张' || chr(20000 + n % 3000) || chr(20000 + n % 2777),
    '2' || lpad((n * 7919)::text, 10, '0'), '杭州市第' || n % 50 || '中心小学教务处', now()
  FROM generate_series(1, 20000) AS n`;
