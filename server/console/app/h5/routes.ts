import type { RouteRecordRaw } from 'vue-router';

/** The H5 pages. */
export const h5Routes: RouteRecordRaw = {
  path: '/h5',
  component: () => import('./H5Layout.vue'),
  children: [
    { path: '', component: () => import('./HomePage.vue'), meta: { title: '首页' } },
    { path: 'notices', component: () => import('./NoticesPage.vue'), meta: { title: '通知' } }, // part: notices
    // part: notices
    {
      path: 'notices/:id',
      component: () => import('./NoticePage.vue'),
      props: true,
      meta: { title: '通知详情' },
    },
    { path: 'me', component: () => import('./MePage.vue'), meta: { title: '我的' } },
  ],
};
