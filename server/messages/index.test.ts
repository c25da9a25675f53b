import type { PlatformName } from '../platform/platform.ts';
import { type Built, build } from '../testing/build.ts';
import { enqueue } from './outbox.ts';

/** The worker as a part of the running server. */

let server: Built;

afterEach(() => server.close());

const sent = async () => {
  const counts = await server.prisma.outboxMessage.groupBy({ by: ['status'] });
  return counts.length === 1 && counts[0]?.status === 'SENT';
};

test.each<PlatformName>(['dingtalk', 'zhezhengding'])(
  'on %s the running server sends a message from the outbox',
  async (platform) => {
    server = await build({ platform });
    await server.app.ready();
    const content = { type: 'text', text: '停电通知' } as const;
    const receivers = ['270101', '270107'];
    await enqueue(server.prisma, { key: 'k', kind: 'WORK_NOTIFICATION', content, receivers }, Date.now());
    server.app.outbox.wake();
    while (!(await sent())) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.emulator.control.messages()).toMatchObject([
      { platform, kind: 'work-notification', receivers: { length: 2 } },
    ]);
  },
);
