/** Anything with `$queryRaw` like Prisma's: this file's client, Prisma's client and its transactions. */
export interface RawStatements {
  $queryRaw<Rows>(parts: TemplateStringsArray, ...values: unknown[]): PromiseLike<Rows>;
}

/** A statement with `$1`, `$2`… for its values, and the name under which a connection prepares it. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * Raw statements without Prisma's client, which takes more processor time than the rest of a sign-in. Only for the
 * statements of every sign-in. Values must be single values; times are returned as the driver gives them.
 *
 * @param send runs the statement by the database's own driver.
 */
export function directStatements(
  send: (statement: Statement, values: unknown[]) => Promise<unknown[]>,
): RawStatements {
  /** By the statement's place in the code. */
  const statements = new WeakMap<TemplateStringsArray, Statement>();
  let named = 0;

  function statementOf(parts: TemplateStringsArray): Statement {
    const known = statements.get(parts);
    if (known !== undefined) return known;
    const text = parts.reduce((before, part, index) => `${before}$${index}${part}`);
    named += 1;
    const statement = { name: `miniapp_direct_${named}`, text };
    statements.set(parts, statement);
    return statement;
  }

  return {
    $queryRaw: <Rows>(parts: TemplateStringsArray, ...values: unknown[]) =>
      send(statementOf(parts), values) as Promise<Rows>,
  };
}
