import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { useUtc } from '../database/time-zone.ts';

/** What the server uses of PostgreSQL, tried out on a real database: for those that only say that they are alike. */
export interface Feature {
  /** Chinese: what it is. */
  name: string;
  /** Chinese: what does not work without it. */
  use: string;
  /**
   * @param schema one of its own, quoted, that is dropped afterwards.
   * @param other a second connection.
   * @throws whatever the database complains of, or Error where it does something else.
   */
  attempt(client: pg.Client, schema: string, other: pg.Client): Promise<void>;
}

function expectEqual(found: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(found), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`结果是 ${got}，应为 ${wanted}`);
}

/** The first row's values. */
async function row(client: pg.Client, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const result = await client.query<unknown[]>({ text: sql, values, rowMode: 'array' });
  return result.rows[0] ?? [];
}

export const features: readonly Feature[] = [
  {
    name: '数据类型：枚举、uuid、jsonb、bytea、timestamptz、text[]',
    use: '所有的表',
    async attempt(client, schema) {
      await client.query(`CREATE TYPE ${schema}.kind AS ENUM ('A', 'B')`);
      await client.query(`CREATE TABLE ${schema}.types (
        id uuid PRIMARY KEY, kind ${schema}.kind NOT NULL, data jsonb NOT NULL DEFAULT '{}', hash bytea,
        at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, names text[])`);
      await client.query(
        `INSERT INTO ${schema}.types (id, kind, data, hash, at, names)
         VALUES ('019ac000-0000-7000-8000-000000000000', 'B', '{"a": [1]}', '\\x00ff', '2026-11-24T09:05:01.123Z', '{x,y}')`,
      );
      const found = await row(
        client,
        `SELECT kind::text, data->'a'->>0, encode(hash, 'hex'), names[2],
           to_char(at AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') FROM ${schema}.types`,
      );
      expectEqual(found, ['B', '1', '00ff', 'y', '09:05:01.123']);
      // An empty text must stay one: some databases in their Oracle mode make it NULL.
      expectEqual(await row(client, `SELECT '' IS NULL`), [false]);
    },
  },
  {
    name: '连接自己的时区 SET TIME ZONE',
    use: '所有的时间：数据库设的是哪个时区都行，应用的每个连接都用 UTC',
    async attempt(client) {
      await useUtc(client);
      // In a statement of its own: what is set must last, also behind a pooler.
      const found = await row(
        client,
        `SELECT '2026-11-24 09:05:01'::timestamptz = '2026-11-24 17:05:01+08'::timestamptz,
           '2026-11-24 17:05:01+08'::timestamptz::text`,
      );
      expectEqual(found, [true, '2026-11-24 09:05:01+00']);
    },
  },
  {
    name: 'gen_random_uuid()',
    use: '会话编号',
    async attempt(client) {
      expectEqual(await row(client, 'SELECT length(gen_random_uuid()::text)'), [36]);
    },
  },
  {
    name: '外键级联删除',
    use: '删除账号时一并结束会话',
    async attempt(client, schema) {
      await client.query(`CREATE TABLE ${schema}.parent (id int PRIMARY KEY)`);
      await client.query(
        `CREATE TABLE ${schema}.child (id int PRIMARY KEY, parent int REFERENCES ${schema}.parent ON DELETE CASCADE)`,
      );
      await client.query(`INSERT INTO ${schema}.parent VALUES (1)`);
      await client.query(`INSERT INTO ${schema}.child VALUES (1, 1)`);
      await client.query(`DELETE FROM ${schema}.parent`);
      expectEqual(await row(client, `SELECT count(*)::int FROM ${schema}.child`), [0]);
    },
  },
  {
    name: 'plpgsql 触发器',
    use: '审计日志只增不改；停用账号时结束会话',
    async attempt(client, schema) {
      await client.query(`CREATE TABLE ${schema}.log (id int)`);
      await client.query(`CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'append only'; END $$`);
      await client.query(`CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON ${schema}.log
        FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse()`);
      const refused = await client.query(`UPDATE ${schema}.log SET id = 1`).then(
        () => false,
        (error: unknown) => /append only/.test(String(error)),
      );
      expectEqual(refused, true);
    },
  },
  {
    name: 'INSERT … ON CONFLICT … RETURNING',
    use: '密码输错计数、登录、统计',
    async attempt(client, schema) {
      await client.query(`CREATE TABLE ${schema}.counts (id text PRIMARY KEY, n int NOT NULL)`);
      const add = `INSERT INTO ${schema}.counts AS c VALUES ('a', 1)
        ON CONFLICT (id) DO UPDATE SET n = c.n + EXCLUDED.n RETURNING n`;
      expectEqual(await row(client, add), [1]);
      expectEqual(await row(client, add), [2]);
    },
  },
  {
    name: 'WITH 里写数据（一条语句改几张表）',
    use: '登录：一条语句建会话、写审计',
    async attempt(client, schema) {
      await client.query(`CREATE TABLE ${schema}.one (n int)`);
      await client.query(`CREATE TABLE ${schema}.two (n int)`);
      const found = await row(
        client,
        `WITH made AS (INSERT INTO ${schema}.one VALUES (7) RETURNING n)
         INSERT INTO ${schema}.two SELECT n FROM made RETURNING n`,
      );
      expectEqual(found, [7]);
    },
  },
  {
    name: 'FOR UPDATE SKIP LOCKED',
    use: '几个实例分着发消息、处理事件',
    async attempt(client, schema, other) {
      await client.query(`CREATE TABLE ${schema}.jobs (id int)`);
      await client.query(`INSERT INTO ${schema}.jobs VALUES (1), (2)`);
      const take = `SELECT id FROM ${schema}.jobs ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`;
      await client.query('BEGIN');
      try {
        expectEqual(await row(client, take), [1]);
        expectEqual(await row(other, take), [2]);
      } finally {
        await client.query('ROLLBACK');
      }
    },
  },
  {
    name: '咨询锁 pg_try_advisory_xact_lock',
    use: '几个实例只取一次应用令牌；迁移只由一个实例做',
    async attempt(client, _schema, other) {
      const lock = 'SELECT pg_try_advisory_xact_lock(417417417417)';
      await client.query('BEGIN');
      try {
        expectEqual(await row(client, lock), [true]);
        expectEqual(await row(other, lock), [false]);
      } finally {
        await client.query('ROLLBACK');
      }
      await client.query('SELECT pg_advisory_lock(417417417417), pg_advisory_unlock(417417417417)');
    },
  },
  {
    name: 'LISTEN / NOTIFY，由触发器发出',
    use: '停用账号、退出登录，一秒内各实例都知道',
    async attempt(client, schema, other) {
      let heard = '';
      other.on('notification', ({ payload = '' }) => {
        heard = payload;
      });
      await other.query('LISTEN app_check');
      await client.query(`CREATE TABLE ${schema}.told (id int)`);
      await client.query(`CREATE FUNCTION ${schema}.tell() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_notify('app_check', NEW.id::text); RETURN NEW; END $$`);
      await client.query(`CREATE TRIGGER tell AFTER INSERT ON ${schema}.told
        FOR EACH ROW EXECUTE FUNCTION ${schema}.tell()`);
      await client.query(`INSERT INTO ${schema}.told VALUES (42)`);
      const until = performance.now() + 2000;
      while (heard === '' && performance.now() < until) await delay(20);
      expectEqual(heard, '42');
    },
  },
  {
    name: 'count(*) FILTER、LATERAL、unnest 多个数组、jsonb_to_recordset',
    use: '概览、审计查询、批量导入',
    async attempt(client) {
      const found = await row(
        client,
        `SELECT count(*) FILTER (WHERE a > 1)::int, sum(l.twice)::int, max(r.name)
         FROM unnest('{1,2,3}'::int[], '{a,b,c}'::text[]) AS u(a, b)
         CROSS JOIN LATERAL (SELECT a * 2 AS twice) AS l
         CROSS JOIN jsonb_to_recordset('[{"name": "x"}]'::jsonb) AS r(name text)`,
      );
      expectEqual(found, [2, 12, 'x']);
    },
  },
  {
    name: '全文检索与表达式上的 GIN 索引',
    use: '人员搜索、审计日志搜索',
    async attempt(client, schema) {
      await client.query(`CREATE TABLE ${schema}.texts (action text, detail jsonb)`);
      await client.query(`CREATE INDEX words ON ${schema}.texts USING gin (to_tsvector('simple', detail))
        WHERE action <> 'sign-in'`);
      await client.query(`INSERT INTO ${schema}.texts VALUES ('x', '{"a": "lisi"}')`);
      const found = await row(
        client,
        `SELECT count(*)::int, array_to_tsvector('{张三}'::text[]) @@ '张三'::tsquery FROM ${schema}.texts
         WHERE action <> 'sign-in' AND to_tsvector('simple', detail) @@ 'lisi'::tsquery`,
      );
      expectEqual(found, [1, true]);
    },
  },
  {
    name: '命名的预备语句',
    use: '每个请求都用',
    async attempt(client) {
      const query = { name: 'app_check', text: 'SELECT $1::int + 1', rowMode: 'array' as const };
      await client.query({ ...query, values: [1] });
      expectEqual((await client.query<unknown[]>({ ...query, values: [2] })).rows[0], [3]);
    },
  },
];
