import type { PersonOutcome } from '../contract/people.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { act, deed, live, person } = pages;

describe('administrators cannot lock themselves out', () => {
  test.each([
    ['unbind', {}],
    ['edit', { role: 'USER' }],
    ['edit', { dingUserId: '1' }],
  ])('by %s %j', async (path, body) => {
    expect(await deed('admin', path, body)).toEqual({ outcome: 'refused' });
    expect(await person('admin')).toMatchObject({ status: 'ACTIVE', role: 'ADMIN', dingUserId: '270108' });
    expect(await live(pages.admin)).toBe(true);
  });

  test('but can change their own name', async () => {
    expect(await deed('admin', 'edit', { name: '管理员甲' })).toMatchObject({ outcome: 'saved' });
  });

  test('two administrators who demote each other at once do not both succeed', async () => {
    await pages.server.prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'ADMIN' } });
    for (let round = 0; round < 5; round += 1) {
      const other = await pages.server.tokenOf('zhangsan');
      const own = await pages.server.tokenOf('admin');
      const versions = await pages.server.prisma.user.findMany({
        where: { username: { in: ['admin', 'zhangsan'] } },
        orderBy: { username: 'asc' },
      });
      const [one, two] = versions.map(({ id, updatedAt }) => ({ id, version: updatedAt.toISOString() }));
      const answers = await Promise.all([
        act(`${two?.id}/edit`, { version: two?.version, role: 'USER' }, own),
        act(`${one?.id}/edit`, { version: one?.version, role: 'USER' }, other),
      ]);
      const left = await pages.server.prisma.user.count({ where: { role: 'ADMIN', status: 'ACTIVE' } });
      expect(left).toBe(1);
      const ends = answers.map((answer) =>
        answer.statusCode === 200 ? answer.json<PersonOutcome>().outcome : answer.statusCode,
      );
      expect(ends.filter((end) => end === 'saved')).toHaveLength(1);
      // Refused before the body, during the change, or because the session has ended.
      expect([401, 403]).toContain(ends.find((end) => end !== 'saved'));
      await pages.server.prisma.user.updateMany({
        where: { username: { in: ['admin', 'zhangsan'] } },
        data: { role: 'ADMIN' },
      });
    }
  });
});
