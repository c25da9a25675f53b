import type { BuiltApp } from '../runtime/types.ts';
import { type CompiledApp, compileApp, inOrder } from './app.ts';
import { readAssets } from './assets.ts';
import { linkModules } from './link.ts';
import { type Compiled, compileModules } from './modules.ts';
import { CompileError, isError, type Problem } from './problem.ts';

export interface BuildOptions {
  /**
   * Texts that stand in for source files, by path below the root: the configuration that the mini program's own
   * build writes, for instance.
   */
  replace?: Readonly<Record<string, string>>;
}

/**
 * Compiles a mini program for the simulator: templates, styles and one script. Nothing is written to disk.
 * @param root folder of `app.json`
 * @throws CompileError with all mistakes found in the sources
 */
export async function buildApp(root: string, { replace }: BuildOptions = {}): Promise<BuiltApp> {
  const app = compileApp(root, replace);
  const { compiled, errors } = await modulesOf(app);
  if (errors.length > 0) throw new CompileError(errors);
  return {
    config: app.config,
    units: app.units,
    style: app.style,
    script: linkModules(compiled, app.scripts, app.sjs),
    sjs: app.sjs,
    assets: readAssets(app.files.root),
  };
}

/** The mistakes with which {@link buildApp} would fail. */
export async function errorsIn(root: string, { replace }: BuildOptions = {}): Promise<Problem[]> {
  return (await modulesOf(compileApp(root, replace))).errors;
}

async function modulesOf(app: CompiledApp): Promise<{ compiled: Compiled[]; errors: Problem[] }> {
  const { compiled, problems } = await compileModules(app);
  return { compiled, errors: inOrder([...app.problems, ...problems].filter(isError)) };
}
