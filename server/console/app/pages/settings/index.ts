import { SettingIcon } from 'tdesign-icons-vue-next';
import type { ConsolePage } from '../../console-page.ts';

export const pages: ConsolePage[] = [
  {
    path: 'settings',
    title: '配置',
    icon: SettingIcon,
    order: 80,
    roles: ['ADMIN', 'AUDITOR'],
    component: () => import('./SettingsPage.vue'),
  },
];
