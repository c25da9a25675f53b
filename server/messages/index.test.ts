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
