/**
 *     tsx scripts/mini/cli.ts build [--env development|test|production] [--out folder] [--server url] [--watch]
 *     tsx scripts/mini/cli.ts lint [folder]
 *
 * `lint` without a folder compiles the development package in memory and checks that.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type BuildOptions, buildMini, describeBuild, watchMini } from './build.ts';
import { checkFiles, checkMini, formatProblem } from './check.ts';
import { compileMini } from './compile.ts';
import { type Environment, environments } from './config.ts';
import { miniSource, nodeModules } from './paths.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    env: { type: 'string', default: 'development' },
    out: { type: 'string' },
    server: { type: 'string' },
    watch: { type: 'boolean', default: false },
  },
});

function environment(name: string): Environment {
  const found = environments.find((env) => env === name);
  if (found === undefined)
    throw new Error(`没有“${name}”这个环境。--env 可以是：${environments.join('、')}。`);
  return found;
}

async function build(): Promise<void> {
  const options: BuildOptions = {
    env: environment(values.env),
    ...(values.out === undefined ? {} : { outDir: values.out }),
    ...(values.server === undefined ? {} : { config: { serverUrl: values.server } }),
  };
  if (!values.watch) {
    console.log(describeBuild(await buildMini(options)));
    return;
  }
  const watcher = await watchMini(options, (result) => {
    if (result instanceof Error) console.error(result.message);
    else console.log(describeBuild(result));
  });
  process.once('SIGINT', () => void watcher.close());
  process.once('SIGTERM', () => void watcher.close());
}

async function lint(folder: string | undefined): Promise<void> {
  const problems =
    folder === undefined
      ? checkFiles(
          await compileMini({
            source: miniSource,
            nodeModules: nodeModules,
            env: 'development',
          }),
        )
      : await checkMini(path.resolve(folder));
  for (const problem of problems) console.error(formatProblem(problem));
  if (problems.length > 0) process.exitCode = 1;
  else console.log('小程序检查通过。');
}

try {
  const [command, folder] = positionals;
  if (command === 'build') await build();
  else if (command === 'lint') await lint(folder);
  else throw new Error('用法：tsx scripts/mini/cli.ts build|lint');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
