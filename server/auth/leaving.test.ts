import { development } from '../config/constants.ts';
import { type Built, build } from '../testing/build.ts';
import { rowCounts, ticketOf } from '../testing/http.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());
afterEach(() => vi.restoreAllMocks());

describe('a person who had left', () => {
  test('can sign in again when the platform confirms them', async () => {
    const where = { username: 'zhangsan' };
    await server.prisma.user.update({ where, data: { leftAt: new Date(0) } });
    expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
    expect(await server.prisma.user.findUnique({ where })).toMatchObject({ leftAt: null });
  });

  test('cannot sign in by a request that began before they left', async () => {
    const where = { username: 'zhangsan' };
    const { platform } = server.app;
    const exchange = platform.exchangeCode;
    let leftAt = new Date(0);
    vi.spyOn(platform, 'exchangeCode').mockImplementationOnce(async (authCode) => {
      const person = await exchange(authCode);
      leftAt = new Date();
      await server.prisma.user.update({ where, data: { leftAt } });
      return person;
    });
    const before = await rowCounts(server.prisma);
    expect(await server.login('zhangsan')).toEqual({ outcome: 'no-permission', reason: 'LEFT_ORGANISATION' });
    // Leaving has ended the earlier session, and no other was opened.
    expect(await rowCounts(server.prisma)).toEqual({ ...before, sessions: 0 });
    expect(await server.prisma.user.findUnique({ where })).toMatchObject({ leftAt });
    await server.prisma.user.update({ where, data: { leftAt: null } });
  });

  test('cannot bind by an older ticket, and nothing is written', async () => {
    const ticket = await ticketOf(server, 'lisi');
    const where = { username: 'lisi' };
    await server.prisma.user.update({ where, data: { leftAt: new Date() } });
    const before = await rowCounts(server.prisma);
    const request = { ticket, username: 'lisi', password: development.password };
    expect(await server.bind(request)).toEqual({ outcome: 'no-permission', reason: 'LEFT_ORGANISATION' });
    // Only the refusal is written.
    expect(await rowCounts(server.prisma)).toEqual({ ...before, audit: (before.audit ?? 0) + 1 });
    // After the return the same ticket can be used.
    await server.prisma.user.update({ where, data: { leftAt: null } });
    expect(await server.bind(request)).toMatchObject({ outcome: 'signed-in' });
  });
});
