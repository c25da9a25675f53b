import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

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
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connectToShadowDb: () => factory.connectToShadowDb(),
    async connect() {
      const adapter: SqlDriverAdapter = await factory.connect();
      adapter.executeScript = async (script) => {
        await run(script);
      };
      return adapter;
    },
  };
}
