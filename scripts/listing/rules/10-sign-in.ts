import type { HttpAnswer } from '../check/http-ask.ts';
import { faultCode, live, liveAnswer, madeUpSession, told } from '../facts/live.ts';
import { wrongMatches } from '../facts/matching.ts';
import { miniTrial } from '../facts/mini-package.ts';
import { chapter, type Finding, fail, pass, type Question, type Rule, unknown } from '../rule.ts';
import type { MiniTrial } from '../trial/mini-trial.ts';

type TrialRule = Omit<Rule, 'section' | 'check'> & { question: Question; judge(trial: MiniTrial): Finding };

/**
 * A rule of the sign-in (免登): the mini program is run and judged; of H5 a person is asked, since its pages need a
 * browser and a platform around them. An app of both forms must meet it in both.
 */
const trial = ({ judge, ...rule }: TrialRule): Omit<Rule, 'section'> => ({
  ...rule,
  how: `${rule.how}有 H5 的应用，还要回答 answers.${rule.id}。`,
  facts: ['app.forms'],
  asksH5: true,
  async check(context, answer) {
    const { forms } = context.listing.app;
    const h5 = forms?.includes('h5') === true ? await answer() : null;
    if (forms?.includes('miniprogram') !== true && h5 !== null) return h5;
    const run = await miniTrial(context);
    if (run instanceof Error) return unknown(`小程序没能运行起来：${run.message}`);
    const mini = notModelled(run) ?? judge(run);
    if (h5 === null || mini.state !== 'pass') return mini;
    return {
      ...h5,
      detail: `小程序：${mini.detail}H5：${h5.detail}`,
      evidence: [...mini.evidence, ...h5.evidence],
    };
  },
});

/** A `dd` API that the simulator's phone does not know says nothing about the app. */
function notModelled(run: MiniTrial): Finding | null {
  const launches = [
    ...run.withCache,
    ...run.withoutCache,
    run.binding,
    ...run.failures.map(({ launch }) => launch),
  ];
  const names = launches
    .flatMap(({ errors }) => errors)
    .flatMap((error) => /模拟器没有 (dd\.\w+)/.exec(error)?.[1] ?? []);
  if (names.length === 0) return null;
  return unknown(
    `小程序用到了体检还不认识的接口：${[...new Set(names)].join('、')}，没法在这里运行。`,
    [],
    '在 scripts/simulator/runtime/dd/index.ts 里补上这个接口的行为，再检查。',
  );
}

const schemaFile = 'prisma/schema.prisma';

/** Only the app's own refusal shows that it has asked its database; a gateway can answer 404 and 401 by itself. */
function readyBySession(answer: HttpAnswer, before: readonly string[]): Finding {
  const evidence = [...before, told(madeUpSession, answer)];
  if (answer.status === 401 && faultCode(answer) === 'SESSION_EXPIRED') return pass(ready, evidence);
  if (answer.status >= 500) return fail(`应用没有就绪（${answer.status}）。`, evidence);
  return unknown(
    `看不出应用是否就绪：/api/me 应答 ${answer.status}，不是应用约定的 401 SESSION_EXPIRED。`,
    evidence,
    '确认网关把 /api 原样转发到服务端（见 session-live），再检查一次。',
  );
}
const ready = '应用已就绪，数据库连得上。';

const madeUpBinding = {
  path: '/api/auth/bind',
  json: { ticket: 'l'.repeat(43), username: 'listing-check', password: 'listing-check' },
};

export const signIn = chapter('10', [
  trial({
    id: 'sign-in-without-password',
    kind: 'forbidden',
    title: '打通免登：已绑定的人进入应用，不用输入用户名和密码。',
    sentence: '“浙政钉”应用需要打通钉钉免登录功能，不允许用户每次登录输入用户名跟密码',
    how: '让一个已绑定的人打开小程序两次（没有缓存），看有没有停在要密码的页面。',
    remedy: '登录走 POST /api/auth/login，应答是 signed-in 就直接进入；只有 bind-required 才打开绑定页。',
    question: { ask: '已绑定的人进入 H5，是否不用输入用户名和密码？', evidence: '录屏或截图' },
    judge({ withoutCache, passwordPages }) {
      const stuck = withoutCache.find(({ route }) => route === null || passwordPages.has(route));
      if (stuck !== undefined) return fail(`已绑定的人停在了${stuck.route ?? '白屏'}。`);
      return withoutCache.every(({ signInCalls }) => signInCalls > 0)
        ? pass(`凭授权码直接进入 ${withoutCache[0].route}。`)
        : fail('进入时没有取授权码，也没有登录。');
    },
  }),
  live({
    id: 'signin-live',
    kind: 'required',
    title: '免登接口在线上可用，与平台打通。',
    sentence: '“浙政钉”应用需要打通钉钉免登录功能',
    how: '向应用域名的 /api/auth/login 交一个编造的授权码：应答 401 AUTH_CODE_INVALID，说明服务端问过平台，平台认得这个应用。',
    remedy:
      '按应答的错误码处理（docs/errors.md）：PLATFORM_MISCONFIGURED 看服务端日志的 remedy，多半是密钥、权限或 IP 白名单。',
    ask: { path: '/api/auth/login', json: { authCode: 'listing-check-made-up-code' } },
    judge(answer) {
      const code = faultCode(answer);
      const evidence = [`POST /api/auth/login → ${answer.status} ${code ?? ''}`.trim()];
      if (answer.status === 401 && code === 'AUTH_CODE_INVALID') {
        return pass('平台拒绝了编造的授权码，免登是通的。', evidence);
      }
      if (answer.status === 200) return fail('编造的授权码竟然没有被拒绝。', evidence);
      return fail(
        code === null ? `免登接口没有按约定应答（${answer.status}）。` : `免登不通：${code}。`,
        evidence,
      );
    },
  }),
  {
    id: 'super-executive-by-id',
    kind: 'forbidden',
    title: '超级高管只按平台 id 匹配，不按手机号、姓名。',
    sentence: '超级高管的手机号无法通过接口获取，需要手工维护超级高管的 id，匹配用户的时候通过 id 进行匹配',
    how: '用应用自己的匹配（server/auth/matching.ts）试两位编造的超级高管：按 id 应匹配，按手机号、姓名不应。改写过、这样试不了的，回答 answers.super-executive-by-id。',
    remedy: '恢复 server/auth/matching.ts：先按 dingUserId 找；按手机号找时加 isSuperExecutive: false。',
    only: ['executives'],
    question: {
      ask: '登录时，超级高管是否只按平台 id 匹配，不按手机号、姓名？',
      evidence: '测试报告',
    },
    async check(_context, answer) {
      const wrong = await wrongMatches();
      if (wrong === null) return answer();
      return wrong.length === 0
        ? pass('按 id 匹配到，按手机号和姓名都不匹配。')
        : fail(`超级高管的匹配不对：${wrong.join('；')}。`, ['server/auth/matching.ts']);
    },
  },
  {
    id: 'super-executive-ids',
    kind: 'forbidden',
    title: '超级高管的平台 id 由人工维护，每一位都已填好。',
    sentence: '超级高管的手机号无法通过接口获取，需要手工维护超级高管的 id',
    remedy: '向“浙政钉”项目组取得超级高管的 id，在管理台的“超级高管”里逐一录入并核对。',
    only: ['executives', 'approved'],
    question: {
      ask: '每一位超级高管的平台 id 是否都已录入并核对？',
      evidence: '核对记录（不要写 id 和手机号）',
    },
  },
  trial({
    id: 'session-cache',
    kind: 'own',
    title: '登录信息存在前端缓存里，再次进入不调用免登接口。',
    sentence:
      '建议用户信息保存在前端缓存中(dd.setStorage)或者 cookie 中,避免每次进入应用都调用钉钉接口进行免登。',
    how: '运行小程序两次：第二次不应取授权码，也不应请求登录接口。',
    remedy: '页面先用 ensureSession()（mini/services/session.ts），它先读缓存；不要在页面里直接取授权码。',
    question: {
      ask: '第二次进入 H5 时，是否不再调用免登接口（会话在 cookie 里）？',
      evidence: '抓包或浏览器网络面板的截图',
    },
    judge({ withCache: [first, second] }) {
      if (first.signInCalls === 0) return fail('第一次进入时没有免登：没有取授权码。');
      return second.signInCalls === 0
        ? pass('第二次进入没有任何免登调用。', [`第一次：${first.signInCalls} 次`, '第二次：0 次'])
        : fail(`第二次进入又调用了 ${second.signInCalls} 次免登接口。`);
    },
  }),
  trial({
    id: 'binding-page',
    kind: 'own',
    title: '第一次登录可以输入用户名和密码绑定，以后直接免登。',
    sentence: '允许首次登录输入用户密码进行绑定，后续直接免登。',
    how: '让一个没有绑定的人打开小程序，看有没有打开能输入密码的页面，绑定请求有没有。',
    remedy: '保留绑定页（mini/pages/bind），应答是 bind-required 时打开它，提交到 POST /api/auth/bind。',
    question: { ask: '没有绑定的人进入 H5，是否能用用户名和密码绑定一次？', evidence: '绑定页的截图' },
    judge({ binding, passwordPages, bindsByRequest }) {
      if (binding.route === null) return fail('没有绑定的人看到的是白屏。');
      if (!passwordPages.has(binding.route)) {
        return fail(`没有绑定的人停在 ${binding.route}，这个页面没有密码输入框。`);
      }
      return bindsByRequest
        ? pass(`没有绑定的人打开 ${binding.route}，绑定一次即可。`)
        : fail('小程序里没有提交绑定的请求（/api/auth/bind）。');
    },
  }),
  trial({
    id: 'failure-page',
    kind: 'own',
    title: '免登失败时有提示页面，不出现白屏。',
    sentence: '用户免登失败,可以跳转到一个登录页或者无权限的提示页面,避免白屏出现。',
    how: '让免登以 12 种方式失败（无权限、服务故障、没有网络、不给授权码……），每次都应有页面说明。',
    remedy: '失败时用 mini/services/navigation.ts 的 follow() 打开无权限页或出错页，不要让错误没人处理。',
    question: { ask: 'H5 免登失败时，是否有登录页或提示页面，没有白屏？', evidence: '各种失败页面的截图' },
    judge({ waiting, failures }) {
      const bad = failures.filter(
        ({ launch }) =>
          launch.route === null ||
          launch.errors.length > 0 ||
          // The page still waits for the sign-in: it got no message.
          (launch.route === waiting.route && launch.data === waiting.data),
      );
      const shown = (bad.length === 0 ? failures : bad).map(
        ({ name, launch }) =>
          `${name} → ${launch.route ?? '白屏'}${launch.errors.map((error) => `（${error.split('\n')[0]}）`).join('')}`,
      );
      return bad.length === 0
        ? pass(`${failures.length} 种失败都有页面说明。`, shown)
        : fail(`${bad.length} 种失败没有页面说明。`, shown);
    },
  }),
  {
    id: 'platform-id-column',
    kind: 'own',
    title: '用户表有一个唯一的字段存平台的 userId。',
    sentence: '建议用户表中新增字段用于存储钉钉的 userId。',
    how: '读 prisma/schema.prisma 的 User：dingUserId 是可空的、唯一的字段。',
    remedy: '在 User 里保留 dingUserId String? @unique，并运行 npm run cli db:diff 生成迁移。',
    async check({ files }) {
      const model = /^model User \{([\s\S]*?)^\}/m.exec((await files.read(schemaFile)) ?? '')?.[1];
      if (model === undefined) return unknown(`${schemaFile} 里没有 User。`);
      const [line, type = '', attributes = ''] = /^\s*dingUserId\s+(\S+)(.*)$/m.exec(model) ?? [];
      if (line === undefined) return fail(`${schemaFile} 的 User 没有 dingUserId。`);
      if (!/^String\?$/.test(type))
        return fail('dingUserId 应是可空的文本（String?）：没有绑定的人还没有它。');
      return /@unique\b/.test(attributes)
        ? pass('dingUserId 唯一，一个平台 id 只属于一个账号。')
        : fail('dingUserId 没有 @unique：两个账号可能有同一个平台 id。');
    },
  },
  {
    id: 'service-ready',
    kind: 'own',
    title: '应用在应用域名上运行，数据库连得上。',
    sentence: null,
    how: '访问应用域名的 /readyz，应答 200；网关不对外提供它的，用编造的会话访问 /api/me，应用要问过数据库才能应答 401 SESSION_EXPIRED。',
    remedy: '看服务端日志：多半是 DATABASE_URL、PostgreSQL 或网关转发的地址不对。',
    facts: ['domain.name'],
    after: 'deploy',
    check(context) {
      const request = { path: '/readyz' };
      return liveAnswer(context, request, (answer) => {
        const evidence = [told(request, answer)];
        // The generated gateway does not pass /readyz on.
        if (answer.status === 404 || answer.status === 403) {
          return liveAnswer(context, madeUpSession, (session) => readyBySession(session, evidence));
        }
        return answer.status === 200
          ? pass(ready, evidence)
          : fail(`应用没有就绪（${answer.status}）。`, evidence);
      });
    },
  },
  live({
    id: 'session-live',
    kind: 'own',
    title: '会话接口在线上可用：没有会话的人被要求重新免登，不放行，也不白屏。',
    sentence: null,
    how: '用编造的会话访问应用域名的 /api/me：应答 401 SESSION_EXPIRED。',
    remedy: '确认网关把 /api 转发到服务端，不要自己应答或改写 401。',
    ask: madeUpSession,
    judge: (answer) =>
      answer.status === 401 && faultCode(answer) === 'SESSION_EXPIRED'
        ? pass('没有会话的人不被放行，并收到约定的应答。', [told(madeUpSession, answer)])
        : fail(`会话接口没有按约定应答（${answer.status}）。`, [told(madeUpSession, answer)]),
  }),
  live({
    id: 'binding-live',
    kind: 'own',
    title: '绑定接口在线上可用，编造的票据被拒绝并说明原因。',
    sentence: '允许首次登录输入用户密码进行绑定，后续直接免登。',
    how: '向应用域名的 /api/auth/bind 交一个编造的票据：应答 200，结果是票据过期（TICKET_EXPIRED）或绑定已关闭（BINDING_CLOSED）。',
    remedy: '确认网关把 /api 转发到服务端；按应答的错误码处理（docs/errors.md）。',
    ask: madeUpBinding,
    judge(answer) {
      const outcome = answer.json as { reason?: unknown } | undefined;
      const reason = typeof outcome?.reason === 'string' ? outcome.reason : '';
      const evidence = [`${told(madeUpBinding, answer)} ${reason}`.trim()];
      if (answer.status === 200 && reason === 'BINDING_CLOSED')
        return pass('绑定已关闭，说明了原因。', evidence);
      return answer.status === 200 && reason === 'TICKET_EXPIRED'
        ? pass('编造的票据被拒绝。', evidence)
        : fail(`绑定接口没有按约定应答（${answer.status}）。`, evidence);
    },
  }),
  live({
    id: 'h5-live',
    kind: 'own',
    title: 'H5 入口打得开，脚本加载不了时也有文字说明，不白屏。',
    sentence: '用户免登失败,可以跳转到一个登录页或者无权限的提示页面,避免白屏出现。',
    how: '访问应用域名的 /console：应答 200 的网页，不运行脚本也有说明文字，它引用的脚本和样式都取得到。',
    remedy: '运行 npm run build 后重新部署；网关要把 /console 转发到服务端。',
    only: ['h5'],
    ask: { path: '/console' },
    async judge({ status, headers, body }, { probes }) {
      if (status !== 200 || !/text\/html/.test(headers['content-type'] ?? '')) {
        return fail(`H5 入口打不开（${status}）。`);
      }
      const words = body
        .slice(Math.max(0, body.indexOf('<body')))
        .replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '')
        .replace(/<[^>]+>/g, '');
      if (!/[\u4e00-\u9fff]{4}/.test(words)) return fail('脚本加载不了时，H5 页面是白的。');
      const files = [...body.matchAll(/(?:src|href)="(\/console\/[^"]+\.(?:js|css))"/g)].map(
        ([, file = '']) => file,
      );
      if (files.length === 0) return fail('H5 页面还没有构建。');
      const missing: string[] = [];
      for (const file of files) {
        const probed = await probes.https({ path: file });
        if (!probed.ok || probed.answer.status !== 200) missing.push(file);
      }
      return missing.length === 0
        ? pass('H5 入口打得开。', [`${files.length} 个脚本和样式都取得到`])
        : fail(`H5 页面要的文件取不到：${missing.join('、')}。`);
    },
  }),
]);
