import { trialRule } from '../facts/trial-rule.ts';
import { fail, pass } from '../rule.ts';

/** Guide 10: 「建议用户信息保存在前端缓存中(dd.setStorage)或者 cookie 中，避免每次进入应用都调用钉钉接口进行免登」. */
export const sessionCache = trialRule(
  {
    id: 'session-cache',
    title: '登录信息存在前端缓存里，再次进入不调用免登接口。',
    severity: 'should',
    how: '运行小程序两次：第二次不应取授权码，也不应请求登录接口。',
    remedy: '页面先用 ensureSession()（mini/services/session.ts），它先读缓存；不要在页面里直接取授权码。',
    asked: {
      ask: '第二次进入 H5 时，是否不再调用免登接口（会话在 cookie 里）？',
      evidence: '抓包或浏览器网络面板的截图',
    },
  },
  ({ withCache: [first, second] }) => {
    if (first.signInCalls === 0) return fail('第一次进入时没有免登：没有取授权码。');
    return second.signInCalls === 0
      ? pass('第二次进入没有任何免登调用。', [`第一次：${first.signInCalls} 次`, '第二次：0 次'])
      : fail(`第二次进入又调用了 ${second.signInCalls} 次免登接口。`);
  },
);
