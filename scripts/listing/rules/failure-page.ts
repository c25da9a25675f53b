import { trialRule } from '../facts/trial-rule.ts';
import { fail, pass } from '../rule.ts';

/** Guide 10: 「用户免登失败，可以跳转到一个登录页或者无权限的提示页面，避免白屏出现」. */
export const failurePage = trialRule(
  {
    id: 'failure-page',
    title: '免登失败时有提示页面，不出现白屏。',
    severity: 'must',
    how: '让免登以 12 种方式失败（无权限、服务故障、没有网络、不给授权码……），每次都应有页面说明。',
    remedy: '失败时用 mini/services/navigation.ts 的 follow() 打开无权限页或出错页，不要让错误没人处理。',
    asked: { ask: 'H5 免登失败时，是否有登录页或提示页面，没有白屏？', evidence: '各种失败页面的截图' },
  },
  ({ waiting, failures }) => {
    const bad = failures.filter(
      ({ launch }) =>
        launch.route === null ||
        launch.errors.length > 0 ||
        // The page that waits for the sign-in, as it was: nobody told it anything.
        (launch.route === waiting.route && launch.data === waiting.data),
    );
    return bad.length === 0
      ? pass(
          `${failures.length} 种失败都有页面说明。`,
          failures.map(({ name, launch }) => `${name} → ${launch.route}`),
        )
      : fail(
          `${bad.length} 种失败没有页面说明。`,
          bad.map(
            ({ name, launch }) =>
              `${name} → ${launch.route ?? '白屏'}${launch.errors.map((error) => `（${error.split('\n')[0]}）`).join('')}`,
          ),
        );
  },
);
