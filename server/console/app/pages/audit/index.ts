import { HistoryIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'audit',
    title: '审计日志',
    icon: HistoryIcon,
    order: 60,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./AuditPage.vue'),
  },
];
