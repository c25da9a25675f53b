/** What an app may do without: `npm run init without=h5,events`. docs/parts.md tells the same for people. */
export interface Part {
  /** Chinese: what is not there any more. */
  label: string;
  /** What cannot be without it goes as well. */
  implies?: readonly PartName[];
  /** Folders and files. */
  remove: readonly string[];
  /** Files that take the place of others, by their name in `files/`. */
  put?: Readonly<Record<string, string>>;
  /** Changes to files that stay, each of which must find its place exactly once. */
  edits: readonly Edit[];
  /** Packages of package.json that nothing else uses. */
  packages?: readonly string[];
  /** Settings that nothing reads any more. */
  variables?: readonly string[];
}

/** Replaces a text that stands in the file once: by `put`, or by nothing together with its line. */
export interface Edit {
  file: string;
  find: string;
  /** Where given, all lines up to the first one after it that holds this text go too. */
  to?: string;
  put?: string;
}

export const partNames = ['console', 'h5', 'messages', 'events'] as const;
export type PartName = (typeof partNames)[number];

export const isPart = (name: string): name is PartName => partNames.some((one) => one === name);

/** The names in an answer such as `h5, events`. */
export const namesIn = (answer: string): string[] => answer.split(/[,，\s]+/).filter((name) => name !== '');

/** Removes the line that holds `find`, or the lines from there to the one that holds `to`. */
const cut = (file: string, find: string, to?: string): Edit => ({
  file,
  find,
  ...(to !== undefined && { to }),
});
const swap = (file: string, find: string, put: string): Edit => ({ file, find, put });

const overview = 'server/overview/overview.ts';
const overviewPages = 'server/console/app/pages/overview';
const noticePages = 'server/console/app/pages/notices';
const noticesTest = 'server/notices/admin-notices.test.ts';
const outageTest = 'server/plugins/outage.postgres.test.ts';
const loggingTest = 'server/plugins/logging.test.ts';

export const parts: Readonly<Record<PartName, Part>> = {
  console: {
    label: '管理后台和 H5 页面（接口还在）',
    implies: ['h5'],
    remove: ['server/console', 'server/config/console.ts', 'docs/console.md'],
    edits: [
      cut('server/app.ts', "from './console/index.ts'"),
      cut('server/app.ts', 'app.register(consoleRoutes)'),
      cut('server/config/config.ts', "from './console.ts'"),
      cut('server/config/config.ts', 'console: ConsoleConfig;'),
      cut('server/config/config.ts', 'console: readConsole('),
      cut('server/testing/build.ts', '/** Where the console is built; by default'),
      cut('server/testing/build.ts', 'consoleFolder?: string;'),
      cut('server/testing/build.ts', 'const folder = options.consoleFolder'),
      cut('server/testing/build.ts', 'console: { ...loaded.console, folder }'),
      swap('server/plugins/headers.test.ts', "test.each(['/docs/', '/console'])", "test.each(['/docs/'])"),
      swap('server/plugins/headers.test.ts', "headersOf('/console')", "headersOf('/docs/')"),
    ],
    packages: [
      '@fastify/static',
      '@vitejs/plugin-vue',
      'axe-core',
      'dingtalk-jsapi',
      'gdt-jsapi',
      'tdesign-icons-vue-next',
      'tdesign-vue-next',
      'vue',
      'vue-router',
      'vue-tsc',
    ],
    variables: ['APP_NAME', 'WPK_BID', 'WPK_GATEWAY', 'WPK_SCRIPT_URL', 'WPK_SIGN_KEY'],
  },
  h5: {
    label: 'H5 页面（管理后台还在）',
    remove: ['server/console/app/h5', 'server/console/e2e/h5.e2e.ts', 'server/console/e2e/sign-in.e2e.ts'],
    edits: [
      cut('server/console/app/router.ts', "from './h5/routes.ts'"),
      cut('server/console/app/router.ts', '  h5Routes,'),
      swap('server/console/app/router.ts', " || to.path.startsWith('/h5')", ''),
      cut('server/console/app/router.ts', "if (user.role === 'USER') return '/h5';"),
      cut('server/console/app/pages.ts', "if (role === 'USER') return '/h5';"),
      swap('server/console/app/pages.ts', 'menu; ordinary people at the H5 home.', 'menu.'),
      cut('server/console/app/shell/ConsoleLayout.vue', "router.push('/h5')"),
    ],
  },
  messages: {
    label: '工作通知和 DING，连同证书到期提醒、公告的通知',
    remove: [
      'server/messages',
      'server/commands/notify',
      'server/certificate/alerts.ts',
      'server/certificate/watch.test.ts',
      'server/testing/messages.ts',
      'server/testing/outbox-process.ts',
      'server/jobs/stop.test.ts',
      'server/platform/token-store.postgres.test.ts',
      'server/notices/publishing.test.ts',
      'docs/messages.md',
    ],
    put: { 'server/notices/notification.ts': 'notification.ts.txt' },
    edits: [
      cut('server/app.ts', "from './messages/index.ts'"),
      cut('server/app.ts', 'app.register(outbox)'),
      cut('server/app.ts', "from './certificate/alerts.ts'"),
      cut('server/app.ts', 'app.register(certificateAlerts)'),
      cut('server/commands/main.ts', '  notify: {', '  },'),
      swap('server/notices/admin-routes.ts', "['administrators', 'outbox']", "['administrators']"),
      cut('server/notices/admin-routes.ts', 'app.outbox.wake()'),
      cut('server/notices/admin-routes.ts', 'app.recalls.wake()'),
      cut('server/contract/overview.ts', '/** Batches of messages:', '  }),'),
      cut(overview, "from '../messages/messages.ts'"),
      cut(overview, 'const mostReasons'),
      cut(overview, '/** Older failures of messages are history'),
      cut(overview, 'const messagesOfMs'),
      cut(overview, 'async function messagesOf(', '\n}'),
      swap(overview, ' messages, locked, superExecutiveFaults]', ' locked, superExecutiveFaults]'),
      cut(overview, 'messagesOf(prisma, at),'),
      cut(overview, '    messages,'),
      cut('server/overview/overview.test.ts', 'messages: { waiting: 0'),
      cut('server/overview/overview.test.ts', "test('messages that failed lately", '\n});'),
      cut(noticesTest, "import { until } from '../testing/client.ts';"),
      cut(noticesTest, 'const recallApi ='),
      cut(noticesTest, '  Audience,'),
      cut(noticesTest, 'await server.prisma.outboxMessage.deleteMany();'),
      cut(noticesTest, 'const deliveryOf ='),
      cut(noticesTest, 'const recalled ='),
      cut(noticesTest, 'expect(await server.prisma.outboxMessage.count()).toBe(0);'),
      cut(noticesTest, "test('tells beforehand how many get a message", '\n  });'),
      cut(noticesTest, "test('hides it from readers and takes", '\n  });'),
      cut(noticesTest, "test('goes on when the platform is out of order", '\n  });'),
      swap(
        `${noticePages}/NoticeEditor.vue`,
        '目前没有已绑定的人，不会发工作通知；以后绑定的人能在列表里看到。',
        '发布后，大家能在列表里看到。',
      ),
      swap(
        `${noticePages}/NoticeEditor.vue`,
        `\`已发布，正在通知 \${number(result.receivers)} 人\``,
        "'已发布'",
      ),
      swap(`${noticePages}/NoticeEditor.vue`, '一行，会写在工作通知里。', '一行。'),
      swap(
        `${noticePages}/NoticePage.vue`,
        '没有发工作通知：发布时没有已绑定的人，或是直接在数据库里发布的。',
        '没有发工作通知。',
      ),
      swap(`${noticePages}/NoticePage.vue`, '；发布时通知大家。', '。'),
      swap(`${noticePages}/NoticesPage.vue`, '写公告、发布并通知大家、', '写公告、发布、'),
      cut('server/plugins/metrics.test.ts', "['outbox_messages', { kind: 'DING', status: 'FAILED' }],"),
      cut('server/plugins/metrics.test.ts', "['outbox_messages', { kind: 'DING', status: 'SENT' }],"),
      cut('server/plugins/metrics.test.ts', "const message = { kind: 'DING' as const", '      });'),
      swap('server/plugins/metrics.test.ts', '[expect.any(Number), 1, 1, 0]', '[expect.any(Number), 1]'),
      cut(outageTest, 'await server.prisma.outboxMessage.create({', '    });'),
      swap(outageTest, '|outbox_messages', ''),
      swap(outageTest, "'outbox_messages', ", ''),
      cut(`${overviewPages}/HealthFacts.vue`, 'function messages(): Fact {', '\n}'),
      cut(`${overviewPages}/HealthFacts.vue`, '    messages(),'),
      cut(`${overviewPages}/TodoList.vue`, 'function messages(): Todo[] {', '\n}'),
      cut(`${overviewPages}/TodoList.vue`, '  ...messages(),'),
    ],
  },
  events: {
    label: '平台的人员变动事件和每天的核对（人离职后，会话到期才失效）',
    remove: [
      'server/events',
      'server/config/events.ts',
      'server/config/events.test.ts',
      'server/commands/people-reconcile.ts',
      'server/commands/people-reconcile.test.ts',
      'server/commands/events-register.ts',
      'server/commands/events-register.test.ts',
      'server/testing/reconcile.ts',
      'server/testing/event-callback.ts',
      'docs/events.md',
    ],
    edits: [
      cut('server/app.ts', "from './events/index.ts'"),
      cut('server/app.ts', "from './events/queue.ts'"),
      cut('server/app.ts', '  events?: EventTiming;'),
      cut('server/app.ts', 'app.register(events,'),
      cut('server/commands/main.ts', "  'people:reconcile': {", '  },'),
      cut('server/commands/main.ts', "  'events:register': {", '  },'),
      cut('server/config/config.ts', "from './events.ts'"),
      cut('server/config/config.ts', 'events: EventsConfig;'),
      cut('server/config/config.ts', 'events: readEvents('),
      cut('server/contract/overview.ts', '/** How long the oldest event'),
      cut('server/contract/overview.ts', 'eventLagSeconds: Type.Number'),
      cut(overview, '  eventLagSeconds: () => Promise<number>;'),
      swap(overview, ' eventLagSeconds, ', ' '),
      cut(overview, 'sources.eventLagSeconds(),'),
      cut(overview, '    eventLagSeconds,'),
      swap(
        'server/overview/routes.ts',
        "['administrators', 'events', 'certificate']",
        "['administrators', 'certificate']",
      ),
      cut('server/overview/routes.ts', 'eventLagSeconds: () =>'),
      cut('server/overview/overview.test.ts', 'eventLagSeconds: 0,'),
      swap('server/plugins/metrics.test.ts', ", 'platform_event_lag_seconds 0'", ''),
      swap(outageTest, '|platform_event_lag_seconds', ''),
      swap(outageTest, ", 'platform_event_lag_seconds']", ']'),
      cut('server/plugins/docs.test.ts', '// With these there is one more route.'),
      cut('server/plugins/docs.test.ts', "env: { DINGTALK_EVENT_TOKEN: 'event-token'"),
      cut(loggingTest, 'import {\n  callback,', "event-callback.ts';"),
      cut(loggingTest, '/** An event of the platform', '\n}'),
      cut(loggingTest, 'await sendEvents(server);'),
      cut(loggingTest, "ZHEZHENGDING_EVENTS: 'on',"),
      cut(loggingTest, '...callbackEnvironment,'),
      swap(loggingTest, '.add(callbackToken).add(callbackAesKey)', ''),
      cut('server/testing/fuzz.ts', "from './event-callback.ts'"),
      swap(
        'server/testing/fuzz.ts',
        "{ platform, env: { ZHEZHENGDING_EVENTS: 'on', ...callbackEnvironment } }",
        '{ platform }',
      ),
      cut('server/testing/fuzz.ts', "['zhezhengding', (path) => path.startsWith('/api/events/')],"),
      cut(`${overviewPages}/HealthFacts.vue`, 'function events(): Fact {', '\n}'),
      cut(`${overviewPages}/HealthFacts.vue`, '    events(),'),
      cut(`${overviewPages}/TodoList.vue`, 'function events(): Todo[] {', '\n}'),
      cut(`${overviewPages}/TodoList.vue`, '  ...events(),'),
      cut(`${overviewPages}/TodoList.vue`, 'const lagSeconds = 300;'),
      swap(`${overviewPages}/TodoList.vue`, '{ dateTime, duration, number }', '{ dateTime, number }'),
    ],
    variables: [
      'DINGTALK_EVENT_TOKEN',
      'DINGTALK_EVENT_AES_KEY',
      'ZHEZHENGDING_EVENTS',
      'RECONCILE_HOURS',
      'RECONCILE_PER_SECOND',
    ],
  },
};
