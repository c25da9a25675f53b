import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'sample-entry',
    title: '样例',
    order: 60,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./SampleEntryPage.vue'),
  },
];
