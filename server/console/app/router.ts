import { watch } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';
import type { RoleName } from '../../contract/auth.ts';
import { dismissQuestion } from './ask.ts';
import { entry } from './entry.ts';
import { h5Routes } from './h5/routes.ts';
import { consolePages, firstPathOf } from './pages.ts';
import { scrollBehavior, watchScroll } from './scroll.ts';
import { currentUser } from './session.ts';
import WaitPage from './shell/WaitPage.vue';
import { steady } from './steady.ts';

declare module 'vue-router' {
  interface RouteMeta {
    title?: string;
    /** The roles that may see it; every signed-in person if absent. */
    roles?: readonly RoleName[];
  }
}

const pageRoutes = consolePages.map(
  ({ path, title, roles, component }): RouteRecordRaw => ({
    path,
    component: steady(component),
    props: true,
    meta: { title, roles },
  }),
);

const routes: RouteRecordRaw[] = [
  h5Routes, // part: h5
  {
    path: '/',
    component: () => import('./shell/ConsoleLayout.vue'),
    children: [
      // The guard below redirects from here to the person's first page.
      { path: '', component: WaitPage },
      ...pageRoutes,
      {
        path: 'me',
        component: steady(() => import('./shell/AccountPage.vue')),
        meta: { title: '我的账号', roles: ['ADMIN', 'AUDITOR'] },
      },
      {
        path: ':rest(.*)*',
        component: () => import('./shell/NotFoundPage.vue'),
        meta: { title: '没有这个页面' },
      },
    ],
  },
];

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes,
  scrollBehavior,
});
watchScroll(router);

// Without a session, the sign-in page is shown at every address. Ordinary people are sent from the console to the H5
// pages.
router.beforeEach((to) => {
  const user = currentUser.value;
  if (user === null) return true;
  if (to.path.startsWith('/h5')) return true; // part: h5
  if (user.role === 'USER') return '/h5'; // part: h5
  return to.path === '/' ? firstPathOf(user.role) : true;
});
// After a sign-in the person may not be allowed to see the address.
watch(
  () => currentUser.value && `${currentUser.value.id} ${currentUser.value.role}`,
  (user) => {
    if (user === null) return;
    // Before the first page is open, the address that is being opened counts.
    void router.isReady().then(() => {
      const { path, query, hash } = router.currentRoute.value;
      return router.replace({ path, query, hash, force: true });
    });
  },
);
router.afterEach((to) => {
  dismissQuestion();
  document.title = to.meta.title === undefined ? entry.appName : `${to.meta.title} · ${entry.appName}`;
});
