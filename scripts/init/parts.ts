/**
 * What an app may do without: `npm run init without=h5,events`. Here stand the folders and files of each part; the
 * lines elsewhere that belong to it are marked where they stand, see `marks.ts` and docs/parts.md.
 */
export interface Part {
  /** Chinese: what the app is without. */
  label: string;
  /** Parts that cannot exist without it. */
  implies?: readonly PartName[];
  /** Folders and files. */
  remove: readonly string[];
  /** Packages of package.json that nothing else uses. */
  packages?: readonly string[];
  /** Settings that nothing reads any more. */
  variables?: readonly string[];
}

export const partNames = ['console', 'h5', 'messages', 'events', 'notices'] as const;
export type PartName = (typeof partNames)[number];

export const isPart = (name: string): name is PartName => partNames.some((one) => one === name);

/** The names in an answer such as `h5, events`. */
export const namesIn = (answer: string): string[] => answer.split(/[,，\s]+/).filter((name) => name !== '');

export const parts: Readonly<Record<PartName, Part>> = {
  console: {
    label: '管理后台和 H5 页面（接口还在）',
    implies: ['h5'],
    remove: ['server/console', 'server/config/console.ts', 'docs/console.md'],
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
    remove: [
      'scripts/simulator/e2e/h5.e2e.ts',
      'server/console/app/h5',
      'server/console/e2e/h5.e2e.ts',
      'server/console/e2e/sign-in.e2e.ts',
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
      'server/notices/notification.ts',
      'server/notices/publishing.test.ts',
      'server/console/e2e/notices.e2e.ts',
      'docs/messages.md',
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
    variables: [
      'DINGTALK_EVENT_TOKEN',
      'DINGTALK_EVENT_AES_KEY',
      'ZHEZHENGDING_EVENTS',
      'RECONCILE_HOURS',
      'RECONCILE_PER_SECOND',
    ],
  },
  notices: {
    label: '公告：小程序的通知页，管理后台的公告页，接口和示例数据',
    remove: [
      'mini/assets/tab-notices-active.png',
      'mini/assets/tab-notices.png',
      'mini/components/notice-row',
      'mini/pages/notice',
      'mini/pages/notices',
      'mini/services/notices.ts',
      'prisma/seed-notices.ts',
      'scripts/deploy/gateway-failover.postgres.long.test.ts',
      'scripts/simulator/e2e/faults.e2e.ts',
      'scripts/simulator/e2e/people.e2e.ts',
      'scripts/simulator/e2e/session.e2e.ts',
      'server/console/app/h5/NoticePage.vue',
      'server/console/app/h5/NoticeRow.vue',
      'server/console/app/h5/NoticesPage.vue',
      'server/console/app/h5/notice-list.ts',
      'server/console/app/pages/notices',
      'server/console/e2e/expiry.e2e.ts',
      'server/console/e2e/h5.e2e.ts',
      'server/console/e2e/notices.e2e.ts',
      'server/console/e2e/sign-in.e2e.ts',
      'server/contract/notices.ts',
      'server/notices',
      'server/testing/chaos/outage-under-load.postgres.long.test.ts',
      'server/testing/chaos/restarted-postgres.postgres.long.test.ts',
      'server/testing/load.ts',
    ],
  },
};
