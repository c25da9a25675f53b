import { NotificationIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'notices',
    title: '公告',
    icon: NotificationIcon,
    order: 50,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./NoticesPage.vue'),
  },
  {
    path: 'notices/new',
    title: '写公告',
    order: 51,
    roles: ['ADMIN'],
    menu: false,
    component: () => import('./NewNoticePage.vue'),
  },
  {
    path: 'notices/:id',
    title: '公告',
    order: 52,
    roles: ['ADMIN', 'AUDITOR'],
    menu: false,
    component: () => import('./NoticePage.vue'),
  },
];
