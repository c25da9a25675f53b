import type { AdminOverview } from '../contract/overview.ts';
import { call, until } from '../testing/client.ts';
import { prepareProcesses } from '../testing/processes.ts';

/** Two servers count into one database; one is stopped, the other killed. */

const here = prepareProcesses();

const counted = async () =>
  (
    await here.database.prisma.activityCount.aggregate({
      where: { kind: 'sign-in', label: 'signed-in' },
      _sum: { count: true },
    })
  )._sum.count ?? 0;

test('the counts of a stopped server are complete, those of a killed one up to its last write', async () => {
  const [stopped, killed] = await Promise.all([here.start(), here.start()]);
  for (let at = 0; at < 6; at += 1) await here.signIn(at < 3 ? stopped : killed, 'zhangsan');
  // Nobody looks: each writes by itself, every few seconds.
  await until(async () => (await counted()) === 6, 40_000, 'both have written');
  await here.signIn(stopped, 'zhangsan');
  await stopped.stop();
  expect(await counted()).toBe(7);

  await killed.kill();
  const fresh = await here.start();
  const token = await here.signIn(fresh, 'admin');
  const { body } = await call(`${fresh.url}/api/admin/overview`, { token });
  const overview = body as unknown as AdminOverview;
  expect(overview.signIns.series).toMatchObject([{ outcome: 'signed-in', total: 8 }]);
  // The killed one was seen just now; it counts as running until a minute has passed.
  expect(overview.instances).toBe(2);
  await fresh.stop();
}, 90_000);
