import { type OpenedApp, openProjectApp } from '../../../scripts/simulator/index.ts';
import { type Built, build } from '../../../server/testing/build.ts';

/** 样例 in the mini program, against the real server. */

let server: Built;
beforeAll(async () => {
  server = await build();
}, 60_000);
afterAll(() => server?.close());
beforeEach(() => server.prisma.sampleEntry.deleteMany());

async function open(): Promise<OpenedApp> {
  const authCodes = { emulatorUrl: server.emulator.url, person: 'zhangsan' };
  const app = await openProjectApp({ serverUrl: await server.url(), platform: 'dingtalk', authCodes });
  await app.waitFor('，张三');
  await app.tap('我的');
  await app.waitFor('退出登录');
  await app.tap('样例');
  await app.waitFor('我提交的');
  expect([app.path, app.title()]).toEqual(['pages/sample-entry/index', '样例']);
  return app;
}

async function fillIn(app: OpenedApp, title: string, body: string): Promise<void> {
  await app.type('标题', title);
  await app.type('请输入内容', body);
  await app.tap('提交');
}

test('what is written stands in the list, and the form is empty again', async () => {
  const app = await open();
  await app.waitFor('还没有提交过。');
  await fillIn(app, '电梯', '三楼的电梯不开门。');
  await app.waitFor('三楼的电梯不开门。');
  await app.waitFor('待处理');
  expect(await server.prisma.sampleEntry.findMany()).toMatchObject([
    { title: '电梯', body: '三楼的电梯不开门。', doneAt: null },
  ]);
  await server.prisma.sampleEntry.updateMany({ data: { doneAt: new Date() } });
  await app.pullDown();
  await app.waitFor('已处理');
});

test('an empty form is told so, without a request', async () => {
  const app = await open();
  await fillIn(app, '电梯', ' ');
  await app.waitFor('请填写标题和内容。');
  expect(await server.prisma.sampleEntry.count()).toBe(0);
});

test('a fault says what happened and keeps what was typed', async () => {
  const app = await open();
  await app.waitFor('还没有提交过。');
  app.faults.noNetwork = true;
  await fillIn(app, '电梯', '三楼的电梯不开门。');
  await app.waitFor('错误码 NETWORK_UNREACHABLE');
  app.faults.noNetwork = false;
  await app.tap('提交');
  await app.waitFor('待处理');
  expect(await server.prisma.sampleEntry.count()).toBe(1);
});

test('a long list comes page by page', async () => {
  const author = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
  await server.prisma.sampleEntry.createMany({
    data: Array.from({ length: 25 }, (_, at) => ({
      title: `第${at + 1}条`,
      body: '内容',
      authorId: author.id,
    })),
  });
  const app = await open();
  const rows = () => app.text().match(/第\d+条/g)?.length;
  await app.waitFor(() => rows() === 20);
  await app.tap('加载更多');
  await app.waitFor(() => rows() === 25);
  expect(app.text()).not.toContain('加载更多');
});
