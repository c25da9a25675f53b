/**
 *     tsx scripts/build/mini/cli.ts build [development|test|production] [--out folder] [--server url] [--watch]
 *     tsx scripts/build/mini/cli.ts lint [folder]
 *
 * `build` writes the development package into `dist/mini`, and another into a project of its own for the IDE, such as
 * `dist/mini-test`; with `--out` the package alone, into that folder.
 *
 * The environment is a plain argument and not an option, because PowerShell's npm swallows the `--` that an
 * option would need. `lint` without a folder checks the sources, compiles the development package in memory and
 * checks that too.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatProblem as formatSourceProblem } from '../../simulator/compiler/problem.ts';
import { lintSources } from '../../simulator/lint.ts';
import { type BuildOptions, buildMini, describeBuild, watchMini } from './build.ts';
import { checkFiles, checkMini, formatProblem } from './check.ts';
import { compileMini } from './compile.ts';
import { type Environment, environments } from './config.ts';
import { ideProject, packageFolder, writeProjectFile } from './ide-project.ts';
import { miniSource, nodeModules, projectRoot } from './paths.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    server: { type: 'string' },
    watch: { type: 'boolean', default: false },
  },
});

function environment(name: string): Environment {
  const found = environments.find((env) => env === name);
  if (found === undefined)
    throw new Error(
      `没有“${name}”这个环境。可以是：${environments.join('、')}，例如：npm run build:mini production`,
    );
  return found;
}

async function build(name: string): Promise<void> {
  const env = environment(name);
  const project = ideProject(env);
  const options: BuildOptions = {
    env,
    outDir: values.out ?? packageFolder(project),
    ...(values.server === undefined ? {} : { config: { serverUrl: values.server } }),
  };
  if (values.out === undefined) await writeProjectFile(project);
  if (!values.watch) {
    console.log(describeBuild(await buildMini(options)));
    if (values.out === undefined) console.log(nextStep(env, path.relative(projectRoot, project)));
    return;
  }
  const watcher = await watchMini(options, (result) => {
    if (result instanceof Error) console.error(result.message);
    else console.log(describeBuild(result));
  });
  process.once('SIGINT', () => void watcher.close());
  process.once('SIGTERM', () => void watcher.close());
}

function nextStep(env: Environment, folder: string): string {
  return env === 'development'
    ? '这是开发包，连本机的服务端：在小程序开发者工具里打开本仓库的根目录。不要上传它。'
    : `要上传：在小程序开发者工具里打开 ${folder}，不要打开仓库的根目录（那里是开发包）。`;
}

async function lintProject(): Promise<string[]> {
  const inSources = (await lintSources(miniSource)).map(formatSourceProblem);
  try {
    const files = await compileMini({ source: miniSource, nodeModules, env: 'development' });
    return [...inSources, ...checkFiles(files).map(formatProblem)];
  } catch (error) {
    // What cannot be compiled has been found in the sources, with its place and what to do.
    if (inSources.length > 0) return inSources;
    throw error;
  }
}

async function lint(folder: string | undefined): Promise<void> {
  const findings =
    folder === undefined ? await lintProject() : (await checkMini(path.resolve(folder))).map(formatProblem);
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) process.exitCode = 1;
  else console.log('小程序检查通过。');
}

try {
  const [command, argument] = positionals;
  if (command === 'build') await build(argument ?? 'development');
  else if (command === 'lint') await lint(argument);
  else throw new Error('用法：tsx scripts/build/mini/cli.ts build|lint');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
