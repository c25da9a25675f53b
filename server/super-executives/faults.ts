import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ErrorCode } from '../contract/errors.ts';
import type { SuperExecutiveFaultView } from '../contract/super-executives.ts';
import type { PrismaClient } from '../database/database.ts';
import { AppError, faultCode, superExecutiveId } from '../plugins/errors.ts';

/**
 * Stores every server fault that a 超级高管 meets, also during the sign-in, for the administrators' pages. The answer does
 * not wait for it. The log has the fault too, so a failed write loses nothing.
 */
export const superExecutiveFaults = fp(
  async (app: FastifyInstance) => {
    app.addHook('onError', async (request: FastifyRequest, _reply, error) => {
      const userId = superExecutiveId(error, request);
      if (userId === null) return;
      const code = faultCode(error);
      if (new AppError(code).statusCode < 500) return;
      const { method, routeOptions, id: requestId } = request;
      const data = { userId, code, method, route: routeOptions.url ?? '', requestId };
      app.jobs
        .run('super-executive-fault', async () => app.prisma.superExecutiveFault.create({ data }))
        .catch((err: unknown) =>
          request.log.warn({ err }, 'the fault of a super executive was not written down'),
        );
    });
  },
  { name: 'super-executive-faults', dependencies: ['jobs', 'errors'] },
);

/** The latest faults that 超级高管 met. @param limit the most faults */
export async function recentSuperExecutiveFaults(
  prisma: PrismaClient,
  limit: number,
): Promise<SuperExecutiveFaultView[]> {
  const faults = await prisma.superExecutiveFault.findMany({
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
    include: { user: { select: { id: true, name: true, username: true } } },
  });
  return faults.map(({ id, at, user, code, method, route, requestId }) => ({
    id,
    at: at.toISOString(),
    person: user,
    // Written from faultCode(), above.
    code: code as ErrorCode,
    route: `${method} ${route}`,
    requestId,
  }));
}
