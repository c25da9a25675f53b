import type { AuditFilters } from '../contract/audit.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { uuidPattern } from '../database/uuid.ts';
import { peopleQuery } from '../people/search-query.ts';
import type { AuditRow } from './describe.ts';

export interface RowPage {
  rows: AuditRow[];
  nextCursor: string | null;
}

/** The most people of one name whose entries are searched together. */
const mostPeople = 500;

/** The number of latest entries that are read one by one for a word. */
const walked = 5000;
const columns = Prisma.raw('id, at, actor_id AS "actorId", action, subject, address, detail');

/**
 * Searches the audit log, newest first. Each filter reads its own index, in the order in which rows are shown, and only
 * as many rows as a page holds: a log of a million rows takes as long as one of a thousand.
 *
 * @param cursor a previous page's `nextCursor`; null for the first page.
 * @throws AppError INVALID_REQUEST for a cursor that this server did not make.
 */
export async function searchAudit(
  prisma: PrismaClient,
  filters: AuditFilters,
  cursor: string | null,
  limit: number,
): Promise<RowPage> {
  const { action, address, from, to } = filters;
  const always = [
    ...(action === undefined ? [] : [Prisma.sql`action = ${action}`]),
    ...(address === undefined ? [] : [Prisma.sql`address = ${address}`]),
    ...(from === undefined ? [] : [Prisma.sql`at >= ${new Date(from)}`]),
    ...(to === undefined ? [] : [Prisma.sql`at < ${new Date(to)}`]),
  ];
  return auditPage(prisma, await leadsOf(prisma, filters), always, cursor, limit);
}

/**
 * A page of the entries that meet at least one lead of each group and all other conditions, newest first.
 *
 * @param cursor a previous page's `nextCursor`; null for the first page.
 * @throws AppError INVALID_REQUEST for a cursor that this server did not make.
 */
export async function auditPage(
  prisma: PrismaClient,
  groups: Lead[][],
  conditions: readonly Prisma.Sql[],
  cursor: string | null,
  limit: number,
): Promise<RowPage> {
  const after = cursor === null ? null : decodeCursor(cursor);
  const always = [
    ...conditions,
    ...(after === null ? [] : [Prisma.sql`(at, id) < (${after.publishedAt}, ${after.id}::uuid)`]),
  ];
  const near = groups.some((group) => group.some(({ column }) => column === 'words'))
    ? await walk(prisma, groups, always, limit + 1)
    : [];
  const found = near.length > limit ? near : await find(prisma, groups, always, limit + 1);
  // A row that meets two conditions comes twice, side by side.
  const rows = found.filter(({ id }, at) => at === 0 || found[at - 1]?.id !== id);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { rows: page, nextCursor: more ? encodeCursor({ publishedAt: last.at, id: last.id }) : null };
}

/** The conditions of a search; each of them has an index. */
async function leadsOf(prisma: PrismaClient, { who, subject, text }: AuditFilters): Promise<Lead[][]> {
  const groups: Lead[][] = [];
  if (subject !== undefined) {
    groups.push([{ column: 'subject', values: subjectsOf(subject, await peopleCalled(prisma, subject)) }]);
  }
  if (who !== undefined) groups.push([{ column: 'actor_id', values: await peopleCalled(prisma, who) }]);
  if (text !== undefined) {
    const people = await peopleCalled(prisma, text);
    groups.push([
      { column: 'actor_id', values: people },
      { column: 'subject', values: subjectsOf(text, people) },
      ...(await byWords(prisma, text)),
    ]);
  }
  return groups;
}

const subjectsOf = (text: string, people: readonly string[]): string[] => [
  ...new Set([text, `account:${text}`, `person:${text}`, ...people.map((id) => `user:${id}`)]),
];

/** Ids of the people with this name, user name or id, found with the index of the people's search. */
async function peopleCalled(prisma: PrismaClient, text: string): Promise<string[]> {
  const lowered = text.toLowerCase();
  const byId = uuidPattern.test(lowered) ? [lowered] : [];
  const query = peopleQuery({ q: text }, false);
  if (query === null) return byId;
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM users
    WHERE ${query.indexed} AND (username = ${text} OR name = ${text} OR ding_user_id = ${text})
    LIMIT ${mostPeople}`;
  return [...byId, ...rows.map(({ id }) => id)];
}

/** The words of a text as PostgreSQL splits it; none when it has no word. */
async function byWords(prisma: PrismaClient, text: string): Promise<Lead[]> {
  const [row] = await prisma.$queryRaw<{ query: string }[]>`
    SELECT plainto_tsquery('simple', ${text})::text AS query`;
  if (row === undefined || row.query === '') return [];
  return [{ column: 'words', query: `${row.query}:*` }];
}

/** Reads the latest entries one by one: the index would first collect all entries with a common word. */
function walk(
  prisma: PrismaClient,
  groups: Lead[][],
  always: readonly Prisma.Sql[],
  limit: number,
): Promise<AuditRow[]> {
  return prisma.$queryRaw<AuditRow[]>`
    SELECT ${columns} FROM
      (SELECT * FROM audit_log ${where(always)} ORDER BY at DESC, id DESC LIMIT ${walked}) AS latest
    ${where(groups.map(oneOf))} ORDER BY at DESC, id DESC LIMIT ${limit}`;
}

/** Reads by the index of each lead of the first group; the other groups only filter. */
function find(
  prisma: PrismaClient,
  [leads, ...others]: Lead[][],
  always: readonly Prisma.Sql[],
  limit: number,
): Promise<AuditRow[]> {
  const conditions = [...always, ...others.map(oneOf)];
  const selects =
    leads === undefined
      ? [select(conditions, limit)]
      : leads.map((lead) => selectBy(lead, conditions, limit));
  return prisma.$queryRaw<AuditRow[]>`
    SELECT * FROM (${Prisma.join(selects, ' UNION ALL ')}) AS found
    ORDER BY at DESC, id DESC LIMIT ${limit * selects.length}`;
}

/** A condition with an index: a column has one of these values, or the detail contains all of these words. */
type Lead = { column: 'actor_id' | 'subject'; values: string[] } | { column: 'words'; query: string };

const oneOf = (group: readonly Lead[]): Prisma.Sql =>
  Prisma.sql`(${Prisma.join(group.map(conditionOf), ' OR ')})`;

const where = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join([...conditions], ' AND ')}`;

function select(conditions: readonly Prisma.Sql[], limit: number): Prisma.Sql {
  return Prisma.sql`(SELECT ${columns} FROM audit_log ${where(conditions)} ORDER BY at DESC, id DESC LIMIT ${limit})`;
}

/** Selects value by value: the index gives each value's rows in order, so that nothing is sorted. */
function selectBy(lead: Lead, conditions: readonly Prisma.Sql[], limit: number): Prisma.Sql {
  if (lead.column === 'words') return select([conditionOf(lead), ...conditions], limit);
  const { column, values } = lead;
  const one = Prisma.raw(`${column} = wanted.value`);
  return Prisma.sql`(SELECT rows.* FROM unnest(${values}${arrayTypes[column]}) AS wanted(value)
    CROSS JOIN LATERAL ${select([one, ...conditions], limit)} AS rows)`;
}

function conditionOf(lead: Lead): Prisma.Sql {
  if (lead.column === 'words') {
    return Prisma.sql`(action <> 'sign-in' AND to_tsvector('simple', detail) @@ ${lead.query}::text::tsquery)`;
  }
  return Prisma.sql`${Prisma.raw(lead.column)} = ANY(${lead.values}${arrayTypes[lead.column]})`;
}

const arrayTypes = { actor_id: Prisma.raw('::uuid[]'), subject: Prisma.raw('::text[]') } as const;
