import { trialRule } from '../facts/trial-rule.ts';
import { fail, pass } from '../rule.ts';

/** Guide 10: 「允许首次登录输入用户密码进行绑定，后续直接免登」. */
export const bindingPage = trialRule(
  {
    id: 'binding-page',
    title: '第一次登录可以输入用户名和密码绑定，以后直接免登。',
    severity: 'should',
    how: '让一个没有绑定的人打开小程序，看有没有打开能输入密码的页面，绑定请求有没有。',
    remedy: '保留绑定页（mini/pages/bind），应答是 bind-required 时打开它，提交到 POST /api/auth/bind。',
    asked: { ask: '没有绑定的人进入 H5，是否能用用户名和密码绑定一次？', evidence: '绑定页的截图' },
  },
  ({ binding, passwordPages, bindsByRequest }) => {
    if (binding.route === null) return fail('没有绑定的人看到的是白屏。');
    if (!passwordPages.has(binding.route)) {
      return fail(`没有绑定的人停在 ${binding.route}，这个页面没有密码输入框。`);
    }
    return bindsByRequest
      ? pass(`没有绑定的人打开 ${binding.route}，绑定一次即可。`)
      : fail('小程序里没有提交绑定的请求（/api/auth/bind）。');
  },
);
