/** What takes raw statements as Prisma's client does, and the client and its transactions themselves. */
export interface RawStatements {
  $queryRaw<Rows>(parts: TemplateStringsArray, ...values: unknown[]): PromiseLike<Rows>;
}

/** A statement with `$1`, `$2`… for its values, under a name by which a connection prepares it once. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * Raw statements past Prisma's client, which costs a sign-in more processor time than all else of it together. For what
 * everybody's sign-in needs; values are single values, and times come back as the driver gives them.
 *
 * @param send runs the statement by the database's own driver.
 */
export function directStatements(
  send: (statement: Statement, values: unknown[]) => Promise<unknown[]>,
): RawStatements {
  /** By the place in the code. */
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
