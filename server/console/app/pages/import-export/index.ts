import { SwapIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'import-export',
    title: '导入导出',
    icon: SwapIcon,
    order: 40,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./ImportExportPage.vue'),
  },
];
