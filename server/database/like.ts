/**
 * A part of a text as a person typed it, for LIKE and for Prisma's `contains`, which does not do this itself: what
 * is a wildcard to PostgreSQL is a character to the person.
 */
export function literal(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&');
}
