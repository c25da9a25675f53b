import { publishNotice } from '../notices/publishing.ts';
import type { PlatformName } from '../platform/platform.ts';
import { type Built, build } from '../testing/build.ts';

/** The worker as a part of the running server. */

let server: Built;

afterEach(() => server.close());

const sent = async () => {
  const counts = await server.prisma.outboxMessage.groupBy({ by: ['status'] });
  return counts.length === 1 && counts[0]?.status === 'SENT';
};

test.each<PlatformName>(['dingtalk', 'zhezhengding'])(
  '%s: a publication is told to its readers by the server itself',
  async (platform) => {
    server = await build({ platform });
    await server.app.ready();
    const { id } = await server.prisma.notice.create({ data: { title: '停电通知', body: '' } });
    const published = await publishNotice(server.prisma, id, Date.now());
    expect(published).toEqual({ outcome: 'published', receivers: 4 });
    server.app.outbox.wake();
    while (!(await sent())) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.emulator.control.messages()).toMatchObject([
      { platform, kind: 'work-notification', receivers: { length: 4 } },
    ]);
  },
);

test('two servers on one database tell everybody once', async () => {
  server = await build();
  const other = await build({ database: server.database, emulator: server.emulator });
  try {
    await Promise.all([server.app.ready(), other.app.ready()]);
    for (let at = 0; at < 20; at += 1) {
      const { id } = await server.prisma.notice.create({ data: { title: `第 ${at} 号公告。`, body: '' } });
      await publishNotice(server.prisma, id, Date.now());
      server.app.outbox.wake();
      other.app.outbox.wake();
    }
    while (!(await sent())) await new Promise((resolve) => setTimeout(resolve, 5));
    const texts = server.emulator.control.messages().map(({ content }) => JSON.stringify(content));
    expect(texts).toHaveLength(20);
    expect(new Set(texts).size).toBe(20);
  } finally {
    await other.close();
  }
});

test('nothing is sent any more once the server has stopped', async () => {
  server = await build();
  await server.app.ready();
  await server.app.close();
  const { id } = await server.prisma.notice.create({ data: { title: '停电通知', body: '' } });
  await publishNotice(server.prisma, id, Date.now());
  server.app.outbox.wake();
  expect(await server.app.outbox.drain()).toBe(0);
  expect(server.emulator.control.messages()).toEqual([]);
});
