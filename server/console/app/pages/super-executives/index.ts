import { StarIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'super-executives',
    title: '超级高管',
    icon: StarIcon,
    order: 30,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./SuperExecutivesPage.vue'),
  },
];
