import { DashboardIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'overview',
    title: '概览',
    icon: DashboardIcon,
    order: 10,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./OverviewPage.vue'),
  },
];
