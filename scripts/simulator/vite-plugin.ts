import path from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import { compileApp, visualPart } from './compiler/app.ts';
import { type BuildOptions, buildApp } from './compiler/build.ts';
import { CompileError, isError, type Problem } from './compiler/problem.ts';
import type { BuiltApp } from './runtime/types.ts';
import { HOT_EVENTS } from './web/setup.ts';

/** What `import app from 'virtual:mini-program'` resolves to. */
const MODULE = 'virtual:mini-program';
const RESOLVED = `\0${MODULE}`;

export interface SimulatorPluginOptions {
  /** Folder of `app.json`. */
  root: string;
  /** Asked for each build, so that it may depend on addresses known only later. */
  build?: () => BuildOptions;
  /** Told of each build that the phone is going to run. */
  onBuilt?: (app: BuiltApp) => void;
}

const VISUAL = /\.(?:axml|acss)$/;
const SOURCE = /\.(?:axml|acss|ts|js|json|sjs|png|jpe?g|gif|webp|svg)$/;
const TEST = /\.test\.ts$/;

/**
 * Serves the compiled mini program to the page that draws the phone. A change of AXML or ACSS keeps the state of
 * the open pages; a change of anything else starts the mini program anew, without loading the page again.
 */
export function miniProgram(options: SimulatorPluginOptions): Plugin {
  const root = path.resolve(options.root);
  const folder = path.relative(process.cwd(), root).split(path.sep).join('/');
  let server: ViteDevServer | undefined;

  const send = (event: string, data: unknown): void =>
    server?.environments.client.hot.send({ type: 'custom', event, data });
  const forget = (): void => {
    const graph = server?.environments.client.moduleGraph;
    const module = graph?.getModuleById(RESOLVED);
    if (module) graph?.invalidateModule(module);
  };
  const announce = (problems: readonly Problem[]): void => {
    const errors = problems.filter(isError);
    send(HOT_EVENTS.problems, errors);
    if (errors.length > 0) server?.config.logger.error(new CompileError(errors, folder).message);
  };

  /** True when changed code has not been sent because something did not compile. */
  let codeWaits = false;
  /** SJS modules of the script that the phone runs; a template that begins to use another one needs a new script. */
  let bundled: ReadonlySet<string> = new Set();
  const builtApp = async (): Promise<BuiltApp> => {
    const app = await buildApp(root, options.build?.());
    bundled = new Set(app.sjs);
    options.onBuilt?.(app);
    return app;
  };

  const rebuild = async (files: ReadonlySet<string>): Promise<void> => {
    forget();
    if (!codeWaits && [...files].every((file) => VISUAL.test(file))) {
      const app = compileApp(root, options.build?.().replace);
      announce(app.problems);
      if (app.problems.some(isError)) return;
      if (app.sjs.every((file) => bundled.has(file))) {
        send(HOT_EVENTS.update, visualPart(app));
        return;
      }
    }
    codeWaits = true;
    try {
      const app = await builtApp();
      codeWaits = false;
      announce([]);
      send(HOT_EVENTS.replace, app);
    } catch (error) {
      if (error instanceof CompileError) announce(error.problems);
      else server?.config.logger.error(String(error));
    }
  };

  let saved = new Set<string>();
  let turn: Promise<void> | undefined;
  const rebuildSaved = async (): Promise<void> => {
    while (saved.size > 0) {
      const files = saved;
      saved = new Set();
      await rebuild(files).catch((error: unknown) => server?.config.logger.error(String(error)));
    }
    turn = undefined;
  };
  /**
   * Builds one after the other, so that files saved together start the phone once, and an older build never comes last.
   */
  const refresh = (file: string): Promise<void> => {
    saved.add(file);
    turn ??= rebuildSaved();
    return turn;
  };

  const concerns = (file: string): boolean => {
    const relative = path.relative(root, path.resolve(file));
    return !relative.startsWith('..') && !path.isAbsolute(relative) && SOURCE.test(file) && !TEST.test(file);
  };

  return {
    name: 'mini-program-simulator',
    configureServer(created) {
      server = created;
      created.watcher.add(root);
      for (const event of ['add', 'unlink'] as const) {
        created.watcher.on(event, (file) => {
          if (concerns(file)) void refresh(file);
        });
      }
    },
    resolveId: (id) => (id === MODULE ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      return `export default ${JSON.stringify(await builtApp())};`;
    },
    async hotUpdate({ file, type, read }) {
      if (this.environment.name !== 'client' || type !== 'update' || !concerns(file)) return undefined;
      // Editors empty a file before they write it; this waits for the content.
      await read();
      await refresh(file);
      return [];
    },
  };
}
