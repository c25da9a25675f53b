import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../../server/config/paths.ts';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { type BuildOptions, buildMini, describeBuild, watchMini } from './build.ts';
import { type Environment, environments } from './config.ts';
import { ideProject, packageFolder, writeProjectFile } from './ide-project.ts';

/**
 * `npm run build mini …`: the development package into `dist/mini`, another into a project of its own for the IDE,
 * such as `dist/mini-test`; with `--out` the package alone, into that folder.
 *
 * The environment is a word and not an option, because PowerShell's npm swallows the `--` that an option would need.
 *
 * @param args `[development|test|production] [--out folder] [--server url] [--watch]`
 * @throws StartFailure for another environment; CompileError and Error in Chinese as {@link buildMini}.
 */
export async function buildMiniProgram(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      server: { type: 'string' },
      watch: { type: 'boolean', default: false },
    },
  });
  const env = environment(positionals[0] ?? 'development');
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

function environment(name: string): Environment {
  const found = environments.find((env) => env === name);
  if (found === undefined) {
    throw new StartFailure(
      `没有“${name}”这个环境。可以是：${environments.join('、')}，例如：npm run build mini production`,
    );
  }
  return found;
}

function nextStep(env: Environment, folder: string): string {
  return env === 'development'
    ? '这是开发包，连本机的服务端：在小程序开发者工具里打开本仓库的根目录。不要上传它。'
    : `要上传：在小程序开发者工具里打开 ${folder}，不要打开仓库的根目录（那里是开发包）。`;
}
