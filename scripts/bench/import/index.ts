import { unzipSync } from 'fflate';
import pg from 'pg';
import type { ImportJobView, ImportPreview, ImportStart } from '../../../server/contract/import-export.ts';
import { csvOf, xlsxOf } from '../../../server/testing/import.ts';
import { dropPostgresDatabase } from '../../../server/testing/postgres-databases.ts';
import { emulatorEnvironment } from '../../emulator/environment.ts';
import type { PartResult } from '../report.ts';
import { createBenchDatabase, postgresVersion, sessionToken } from '../server/data.ts';
import { compileEntries, type ServerProcess, startProcess } from '../server/process.ts';
import { type Latencies, latenciesOf } from './latencies.ts';
import { type ExportRun, type ImportRun, report, type SearchRun, searches, sizes } from './report.ts';

interface Client {
  server: ServerProcess;
  headers: Record<string, string>;
}

/**
 * Measures importing and exporting people with 100,000 of them, and searching in an audit log of 1,000,000 entries,
 * over HTTP, on PostgreSQL.
 *
 * @returns null, after saying so, where no PostgreSQL answers.
 */
export async function benchImport(say: (line: string) => void): Promise<PartResult | null> {
  const postgresql = await postgresVersion();
  if (postgresql === null) {
    say('⚠ 跳过导入导出的测量：它需要 PostgreSQL。请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。');
    return null;
  }
  say(
    `正在写入 ${sizes.people.toLocaleString('zh-CN')} 人和 ${sizes.audit.toLocaleString('zh-CN')} 条审计记录……`,
  );
  const databaseUrl = await createBenchDatabase(sizes.people);
  try {
    await fill(databaseUrl);
    await compileEntries(['app-process']);
    const server = await startProcess('app-process', {
      env: {
        NODE_ENV: 'test',
        DATABASE_URL: databaseUrl,
        LOG_LEVEL: 'warn',
        RECONCILE_HOURS: '0',
        REQUESTS_PER_MINUTE: '100000000',
        ...emulatorEnvironment('dingtalk', 'http://127.0.0.1:9'),
      },
      profile: false,
    });
    try {
      const client = { server, headers: { authorization: `Bearer ${sessionToken(1)}` } };
      say('正在测量审计日志的搜索……');
      const audit = await measureAudit(client);
      say('正在测量导入和导出……');
      const imports = [
        await measureImport(client, '新增', rowsOf('新'), false),
        await measureImport(client, '更新', rowsOf('改'), false),
        await measureImport(client, '更新，Excel', rowsOf('表'), false, 'xlsx'),
        await measureImport(client, '新增，生成初始密码', rowsOf('密', sizes.passwords), true),
      ];
      const exported = [await measureExport(client, 'csv'), await measureExport(client, 'xlsx')];
      return report({ postgresql, imports, exported, audit });
    } finally {
      await server.close();
    }
  } finally {
    await dropPostgresDatabase(databaseUrl);
  }
}

/** Makes person 1 an administrator and fills the log with sign-ins, mostly, and changes. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET synchronous_commit = off');
    await client.query(`UPDATE users SET role = 'ADMIN' WHERE username = 'user1'`);
    await client.query('ALTER TABLE audit_log DISABLE TRIGGER audit_log_dated');
    await client.query(
      `INSERT INTO audit_log (id, at, actor_id, action, subject, address, detail)
       SELECT gen_random_uuid(), now() - n * interval '20 seconds', person.id,
         CASE WHEN n % 10 = 0 THEN 'person.edited' ELSE 'sign-in' END, 'user:' || person.id, '10.0.' || n % 200 || '.1',
         CASE WHEN n % 10 = 0 THEN jsonb_build_object('before', jsonb_build_object('department', '处室' || n % 997),
                                                      'after', jsonb_build_object('department', '中心' || n % 991))
              ELSE '{"client": "mini"}' END
       FROM generate_series(1, $1::int) AS n
       JOIN users AS person ON person.id = ('01900000-0000-7000-8000-' || lpad(to_hex(n % $2::int + 1), 12, '0'))::uuid`,
      [sizes.audit, sizes.people],
    );
    await client.query('ALTER TABLE audit_log ENABLE TRIGGER audit_log_dated');
    await client.query('VACUUM ANALYZE users, audit_log');
  } finally {
    await client.end();
  }
}

const rowsOf = (name: string, count: number = sizes.file): string[][] =>
  Array.from({ length: count }, (_, at) =>
    count === sizes.file
      ? [`person${at}`, `${name}${at}`, `1009${String(at).padStart(7, '0')}`, `处室${at % 100}`, `p${at}`]
      : [`locked${at}`, `${name}${at}`, '', '', ''],
  );

async function measureImport(
  client: Client,
  name: string,
  rows: string[][],
  generatePasswords: boolean,
  format: 'csv' | 'xlsx' = 'csv',
): Promise<ImportRun> {
  const head = ['用户名', '姓名', '手机号', '部门', '平台账号 id'];
  const file = format === 'csv' ? csvOf([head, ...rows]) : await xlsxOf([head, ...rows]);
  const query = `generatePasswords=${generatePasswords}`;
  const others = meanwhile(client);
  const began = performance.now();
  const preview = await upload<ImportPreview>(client, `preview?${query}`, file);
  const previewMs = performance.now() - began;
  if (preview.problemCount > 0 || preview.created + preview.changed !== rows.length) {
    throw new Error(`预览不对：${JSON.stringify({ ...preview, samples: [] })}`);
  }
  const from = performance.now();
  const started = await upload<ImportStart>(client, `start?${query}&token=${preview.token}`, file);
  if (started.outcome !== 'started') throw new Error(`没有开始：${started.outcome}`);
  for (;;) {
    const job = await ask<ImportJobView>(client, `/api/admin/import/jobs/${started.jobId}`);
    if (job.status === 'broken') throw new Error(`导入失败：${job.failure}`);
    if (job.status === 'done') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const importMs = performance.now() - from;
  const { rssMiB } = await client.server.usage();
  const kilobytes = file.length / 1024;
  return { name, rows: rows.length, kilobytes, previewMs, importMs, others: await others.stop(), rssMiB };
}

/** Requests of another person, one after another, until they are stopped. */
function meanwhile(client: Client): { stop(): Promise<Latencies> } {
  const times: number[] = [];
  let stopped = false;
  const run = (async () => {
    while (!stopped) {
      const from = performance.now();
      await ask(client, '/api/me');
      times.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await run;
      return latenciesOf(times);
    },
  };
}

/** The import reads no file as large as a full export. */
function rowsOfSheet(workbook: Buffer): number {
  const sheet = unzipSync(workbook)['xl/worksheets/sheet1.xml'] ?? new Uint8Array();
  return Buffer.from(sheet).toString('latin1').split('<row ').length - 1;
}

async function measureExport(client: Client, format: 'csv' | 'xlsx'): Promise<ExportRun> {
  const before = (await client.server.usage({ collectGarbage: true })).rssMiB;
  const others = meanwhile(client);
  const from = performance.now();
  const response = await fetch(`${client.server.url}/api/admin/export/people`, {
    method: 'POST',
    headers: { ...client.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ format }),
  });
  const file = Buffer.from(await response.arrayBuffer());
  const ms = performance.now() - from;
  const latencies = await others.stop();
  const { rssMiB } = await client.server.usage();
  const lines = format === 'csv' ? file.toString('latin1').split('\n').length - 1 : rowsOfSheet(file);
  const people = sizes.people + sizes.file + sizes.passwords;
  if (response.status !== 200 || lines !== people + 1)
    throw new Error(`导出了 ${lines} 行，应为 ${people + 1}`);
  const megabytes = file.length / 1024 / 1024;
  return { format, people, ms, megabytes, others: latencies, rssBeforeMiB: before, rssMiB };
}

const auditSearches: Readonly<Record<string, string>> = {
  最新一页: '',
  按操作人: 'who=user777',
  按对象: 'subject=user4242',
  按操作: 'action=person.edited',
  按来源地址: 'address=10.0.77.1',
  按时间: 'from=2026-01-01T00%3A00%3A00Z&to=2026-09-01T00%3A00%3A00Z',
  按常见的词: 'text=%E4%B8%AD%E5%BF%83', // 中心
  按少见的词: 'text=%E4%B8%AD%E5%BF%83500', // 中心500
  没有的词: 'text=nothing-at-all',
};

async function measureAudit(client: Client): Promise<SearchRun[]> {
  const results: SearchRun[] = [];
  for (const [name, query] of Object.entries(auditSearches)) {
    const times: number[] = [];
    // The first search reads the index from the disk.
    await ask(client, `/api/admin/audit?${query}`);
    for (let at = 0; at < searches; at += 1) {
      const from = performance.now();
      await ask(client, `/api/admin/audit?${query}`);
      times.push(performance.now() - from);
    }
    results.push({ name, latencies: latenciesOf(times) });
  }
  return results;
}

async function ask<T>({ server, headers }: Client, path: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`, { headers });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function upload<T>({ server, headers }: Client, path: string, file: Buffer): Promise<T> {
  const response = await fetch(`${server.url}/api/admin/import/${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/csv' },
    body: new Uint8Array(file),
  });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
