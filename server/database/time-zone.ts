import type { ClientBase } from 'pg';

/**
 * Makes a new connection work in UTC, whatever zone the server, the database, the role or the address asks for. The
 * driver adapter writes a time without its offset and drops the offset of a time that it reads, so in any other zone
 * all times would be off by it. A statement and not a startup option, because a pooler may drop the option.
 *
 * @throws the query's error; then the connection must not be used.
 */
export async function useUtc(client: ClientBase): Promise<void> {
  await client.query("SET TIME ZONE 'UTC'");
}
