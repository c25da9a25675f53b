import { trialRule } from '../facts/trial-rule.ts';
import { fail, pass } from '../rule.ts';

/** Guide 10: 「不允许用户每次登录输入用户名跟密码」. */
export const signInWithoutPassword = trialRule(
  {
    id: 'sign-in-without-password',
    title: '打通免登：已绑定的人进入应用，不用输入用户名和密码。',
    severity: 'must',
    how: '让一个已绑定的人打开小程序两次（没有缓存），看有没有停在要密码的页面。',
    remedy: '登录走 POST /api/auth/login，应答是 signed-in 就直接进入；只有 bind-required 才打开绑定页。',
    asked: { ask: '已绑定的人进入 H5，是否不用输入用户名和密码？', evidence: '录屏或截图' },
  },
  ({ withoutCache, passwordPages }) => {
    const stuck = withoutCache.find(({ route }) => route === null || passwordPages.has(route));
    if (stuck !== undefined) return fail(`已绑定的人停在了${stuck.route ?? '白屏'}。`);
    return withoutCache.every(({ signInCalls }) => signInCalls > 0)
      ? pass(`凭授权码直接进入 ${withoutCache[0].route}。`)
      : fail('进入时没有取授权码，也没有登录。');
  },
);
