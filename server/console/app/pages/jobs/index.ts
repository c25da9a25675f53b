import { TimeIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'jobs',
    title: '后台工作',
    icon: TimeIcon,
    order: 70,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./JobsPage.vue'),
  },
];
