import { describeRows } from '../audit/describe.ts';
import { auditPage } from '../audit/search.ts';
import type { HistoryPage } from '../contract/people.ts';
import type { PrismaClient } from '../database/database.ts';
import { AppError } from '../plugins/errors.ts';

/**
 * What a person did and what was done to them, their account or their platform id, the latest first.
 *
 * @param cursor a previous page's `nextCursor`; null for the first page.
 * @throws AppError NOT_FOUND; INVALID_REQUEST for a cursor that this server did not make.
 */
export async function personHistory(
  prisma: PrismaClient,
  id: string,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<HistoryPage> {
  const person = await prisma.user.findUnique({
    where: { id },
    select: { username: true, dingUserId: true },
  });
  if (person === null) throw new AppError('NOT_FOUND');
  const subjects = [
    `user:${id}`,
    `account:${person.username}`,
    ...(person.dingUserId === null ? [] : [`person:${person.dingUserId}`]),
  ];
  const { rows, nextCursor } = await auditPage(
    prisma,
    [
      [
        { column: 'actor_id', values: [id] },
        { column: 'subject', values: subjects },
      ],
    ],
    [],
    cursor,
    limit,
  );
  return { items: await describeRows(prisma, rows), nextCursor };
}
