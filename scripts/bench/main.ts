/**
 * `npm run bench` measures the server, many people who open the app at once, the import with the audit log, and
 * `npm run dev`; `npm run bench server`, `herd`, `import` or `dev` measures one of them. It never fails for a figure: a
 * missed bar is printed as 未达标.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';
import { failStart, StartFailure } from '../../server/config/start-failure.ts';
import { describeMachine, type Machine } from '../report/machine.ts';
import { readWords } from '../words.ts';
import { benchDev } from './dev/index.ts';
import { benchHerd } from './herd.ts';
import { benchImport } from './import/index.ts';
import { describePart, isMet, type PartResult } from './report.ts';
import { benchServer } from './server/index.ts';

const usage = [
  '用法：npm run bench [server|herd|import|dev] [-- --full] [-- --profile]',
  '  --full     连续登录 100,000 次来观察内存（默认 20,000 次）；一起打开应用的除了 200 人还有 5,000 人；\n             npm run dev 改 200 次文件（默认 50 次）',
  '  --profile  记录每个服务进程的 CPU 采样，写入 .data/bench/*.cpuprofile；数字会因此变差',
].join('\n');

const say = (line: string) => console.log(line);

interface Options {
  full: boolean;
  profile: boolean;
}

const parts: Readonly<Record<string, (options: Options) => Promise<PartResult | null>>> = {
  server: (options) => benchServer({ ...options, say }),
  herd: ({ full }) => benchHerd({ full, say }),
  import: () => benchImport(say),
  dev: ({ full }) => benchDev({ full, say }),
};

function readArguments(): { names: string[]; options: Options } {
  const { values, positionals } = readWords(
    process.argv.slice(2),
    { full: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
    usage,
  );
  const names = positionals.length === 0 ? Object.keys(parts) : positionals;
  if (!names.every((name) => Object.hasOwn(parts, name))) throw new StartFailure(usage);
  return { names, options: values };
}

async function writeResults(machine: Machine, results: readonly PartResult[]): Promise<string> {
  const file = path.join(projectRoot, '.data', 'bench-results.json');
  await mkdir(path.dirname(file), { recursive: true });
  const content = {
    at: new Date().toISOString(),
    machine,
    parts: results.map(({ part, verdicts, raw }) => ({
      part,
      verdicts: verdicts.map((verdict) => ({ ...verdict, met: isMet(verdict) })),
      raw,
    })),
  };
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  return path.relative(projectRoot, file);
}

async function main(): Promise<void> {
  const { names, options } = readArguments();
  const machine = describeMachine();
  say(
    `${machine.cpu}，${machine.cores} 核，内存 ${machine.memoryGiB} GiB，${machine.system}，Node.js ${machine.node}，开始时的负载 ${machine.load}\n`,
  );
  const results: PartResult[] = [];
  for (const name of names) {
    const result = (await parts[name]?.(options)) ?? null;
    if (result === null) continue;
    results.push(result);
    say(`\n${describePart(result)}\n`);
  }
  if (results.length > 0) say(`原始数据：${await writeResults(machine, results)}`);
}

main().catch(failStart);
