/**
 * Escapes PostgreSQL's wildcards in a text that a person typed, for LIKE and for Prisma's `contains`, which does not
 * escape them itself.
 */
export function literal(part: string): string {
  return part.replace(/[\\%_]/g, '\\$&');
}
