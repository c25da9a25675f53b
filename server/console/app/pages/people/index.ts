import { UsergroupIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'people',
    title: '人员',
    icon: UsergroupIcon,
    order: 20,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./PeoplePage.vue'),
  },
  {
    path: 'people/:id',
    title: '人员详情',
    order: 21,
    roles: ['ADMIN', 'AUDITOR'],
    menu: false,
    component: () => import('./PersonPage.vue'),
  },
];
