import type { PeopleFilter } from '../contract/people.ts';
import { Prisma } from '../database/generated/client.ts';

/** A filter as SQL. */
export interface PeopleQuery {
  /** True for exactly the wanted people; on the table `users` or a subquery of its columns. */
  condition: Prisma.Sql;
  /** True for them and perhaps a few more; uses the index `users_search_idx`. */
  indexed: Prisma.Sql;
}

/** Must be the same expression as in the migration `people`; otherwise the index is not used. */
const lexemes = Prisma.sql`people_lexemes(people_text(username, name, mobile, ding_user_id, employee_code, department),
  role, status, is_super_executive, ding_user_id, bound_at, left_at)`;

const linesWithMobile = Prisma.sql`people_text(username, name, mobile, ding_user_id, employee_code, department)`;
const linesWithoutMobile = Prisma.sql`people_text(username, name, NULL, ding_user_id, employee_code, department)`;

/** A filter's condition, and its lexeme in the index. */
const bindings = {
  unbound: Prisma.sql`ding_user_id IS NULL`,
  expected: Prisma.sql`ding_user_id IS NOT NULL AND bound_at IS NULL`,
  bound: Prisma.sql`ding_user_id IS NOT NULL AND bound_at IS NOT NULL`,
} as const satisfies Record<NonNullable<PeopleFilter['binding']>, Prisma.Sql>;

const statuses = {
  active: Prisma.sql`status = 'ACTIVE' AND left_at IS NULL`,
  disabled: Prisma.sql`status = 'DISABLED'`,
  left: Prisma.sql`left_at IS NOT NULL`,
} as const satisfies Record<NonNullable<PeopleFilter['status']>, Prisma.Sql>;

/**
 * @param mobiles whether the words are also searched in mobile numbers; not for people who may not see them.
 * @returns null if there is no filter.
 */
export function peopleQuery(filter: PeopleFilter, mobiles: boolean): PeopleQuery | null {
  const { q = '', binding, status, role, superExecutive = false } = filter;
  const terms = termsOf(q);
  const lines = mobiles ? linesWithMobile : linesWithoutMobile;
  const conditions: Prisma.Sql[] = terms.map((term) => Prisma.sql`strpos(${lines}, ${term}) > 0`);
  const wanted = terms.map(wantedLexemes);
  const narrow = (condition: Prisma.Sql, lexeme: string) => {
    conditions.push(condition);
    wanted.push(quoted(`\n${lexeme}`));
  };
  if (binding !== undefined) narrow(bindings[binding], binding);
  if (status !== undefined) narrow(statuses[status], status);
  if (role !== undefined) narrow(Prisma.sql`role = ${role}::"Role"`, role);
  if (superExecutive) narrow(Prisma.sql`is_super_executive`, 'super');
  if (conditions.length === 0) return null;
  return {
    condition: Prisma.join(conditions, ' AND '),
    indexed: Prisma.sql`${lexemes} @@ ${wanted.join(' & ')}::text::tsquery`,
  };
}

/** The words, in lower case as in the database. */
function termsOf(q: string): string[] {
  const terms = q.split(/\s+/u).filter((term) => term !== '');
  return [...new Set(terms.map((term) => term.replace(/[A-Z]/g, (letter) => letter.toLowerCase())))];
}

/** The word's trigrams; a shorter word becomes a prefix (see the migration). */
function wantedLexemes(term: string): string {
  const characters = Array.from(term);
  if (characters.length < 3) return `${quoted(term)}:*`;
  const runs = characters.slice(2).map((_, at) => characters.slice(at, at + 3).join(''));
  return [...new Set(runs)].map(quoted).join(' & ');
}

/** Quotes a word for a tsquery. */
const quoted = (lexeme: string): string => `'${lexeme.replace(/[\\']/g, '$&$&')}'`;
