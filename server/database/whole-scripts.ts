import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';

/**
 * Gives the schema engine an `executeScript` that can be trusted with a migration. `@prisma/adapter-pg` cuts a
 * script at every `;`, also inside a function's body, and runs the pieces outside a transaction;
 * `pglite-prisma-adapter` does not wait for the script, so that its error is lost. PostgreSQL itself runs a
 * whole script in one transaction when it comes as one simple query.
 *
 * @param run sends a whole script to the same database as `factory`, and rejects with PostgreSQL's error.
 */
export function withWholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  run: (script: string) => Promise<unknown>,
): SqlMigrationAwareDriverAdapterFactory {
  return withScripts(factory, async (script) => {
    try {
      await run(script);
    } catch (error) {
      // A script with a BEGIN of its own leaves its transaction open, in which nothing can be asked.
      await run('ROLLBACK').catch(() => {});
      throw readable(error, script);
    }
  });
}

/** `factory` with another way to run a script; `before` is the way that it has. */
export function withScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  executeScript: (script: string, before: SqlDriverAdapter['executeScript']) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    async connect() {
      const adapter: SqlDriverAdapter = await factory.connect();
      const before = adapter.executeScript.bind(adapter);
      adapter.executeScript = (script) => executeScript(script, before);
      return adapter;
    },
  };
}

/** What PostgreSQL says of a statement that it refuses; `position` counts characters from 1. */
interface Refusal {
  code: string;
  message: string;
  severity?: string;
  detail?: string;
  hint?: string;
  column?: string;
  position?: string;
}

/** PostgreSQL has answered, and undone the statement: all but a lost connection (08) and its own stop (57P). */
const answered = /^(?!08|57P)(?=.*\d)[0-9A-Z]{5}$/;

const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'code' in error && answered.test(String(error.code));

/** The engine passes on the words of this kind of error alone; of every other one it says "external connector error". */
function readable(error: unknown, script: string): unknown {
  if (!isRefusal(error)) return error;
  const before = script.slice(0, Number(error.position ?? 0));
  const line = error.position === undefined ? '' : ` (line ${before.split('\n').length})`;
  return new DriverAdapterError({
    kind: 'postgres',
    code: error.code,
    severity: error.severity ?? 'ERROR',
    message: `${error.message}${line}`,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}
