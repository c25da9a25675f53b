import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import { projectRoot } from '../../../server/config/paths.ts';

type EngineModule = typeof import('@prisma/schema-engine-wasm') & { __wbg_set_wasm(exports: unknown): void };

let loaded: Promise<EngineModule> | undefined;

/**
 * The Prisma CLI downloads a native schema engine for every command; this is the same engine as WebAssembly,
 * which comes with the registry package. The package's own entry imports the .wasm file as a module, which Node
 * only does behind a flag, so it is instantiated by hand.
 */
async function loadEngine(): Promise<EngineModule> {
  const specifier = '@prisma/schema-engine-wasm/schema_engine_bg';
  const script = createRequire(path.join(projectRoot, 'package.json')).resolve(specifier);
  const bindings = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule;
  const bytes = await readFile(script.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': { ...bindings, ...withoutHoldingTheProcess(bindings) },
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/**
 * The engine starts a 10 s timer around its advisory lock and never clears it: a script, or a test, would live on
 * for as long after its work is done.
 */
function withoutHoldingTheProcess(bindings: object): Record<string, unknown> {
  const start = Object.entries(bindings).filter(([name]) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(
    start.map(([name, binding]) => [
      name,
      (...input: unknown[]) => {
        const timer: unknown = (binding as (...args: unknown[]) => unknown)(...input);
        if (typeof timer === 'object' && timer !== null && 'unref' in timer)
          (timer as NodeJS.Timeout).unref();
        return timer;
      },
    ]),
  );
}

/** Runs `work` with a schema engine on the database behind `adapter`. */
export async function withSchemaEngine<T>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  datamodel: { path: string; content: string },
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loaded ??= loadEngine();
  const { SchemaEngine } = await loaded;
  const engine = await SchemaEngine.new(
    { datamodels: [[datamodel.path, datamodel.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}
