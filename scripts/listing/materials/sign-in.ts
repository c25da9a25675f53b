import { loadConfig } from '../../../server/config/config.ts';
import { ConfigError, type Environment } from '../../../server/config/environment.ts';
import { type Block, bullets, docx, heading, paragraph, picture, table } from '../../report/docx.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import { missingFacts } from '../facts/facts.ts';
import type { Listing } from '../listing.ts';
import { type About, lacking, type Made, missingFact, missingThing } from './material.ts';
import { screensFolder, screensOf } from './screens.ts';
import { type SignInPolicy, signInFlowSvg } from './sign-in-flow.ts';

const name = '免登说明';

const hour = 3_600_000;

/** How people sign in to this app (guide 10), from its own production configuration. */
export async function signInMaterial(
  listing: Listing,
  env: Environment,
  files: ProjectFiles,
  about: About,
): Promise<Made> {
  const missing = missingFacts(listing, [
    'app.name',
    'app.platform',
    'app.forms',
    'scope.superExecutives',
  ]).map((fact) => missingFact(fact, name));
  const policy = policyOf(listing, env);
  if (missing.length > 0 || policy === null) return lacking(...missing);
  if (policy instanceof ConfigError) {
    const wrong = policy.problems.map(({ variable, problem, example }) =>
      missingThing(`${variable}：${problem}`, '改正生产环境的 .env', name, `${variable}=${example}`),
    );
    return lacking(...wrong);
  }
  const { picture: pages, missing: unseen } = await screensOf(files);
  return {
    materials: [
      {
        path: `5-${name}.docx`,
        purpose: '应用怎样免登、怎样绑定、失败时看到什么，超级高管怎样登录。',
        content: await documentOf(listing, policy, pages, about),
      },
    ],
    missing:
      unseen.length === 0
        ? []
        : [
            missingThing(
              `页面截图：${unseen.join('、')}`,
              `小程序：另开一个窗口运行 npm run dev，再运行一次 npm run listing，它在本机的浏览器里打开模拟器自己拍。也可以用手机截图，存成 ${screensFolder} 里的 ${unseen.map((one) => `${one}.png`).join('、')}`,
              name,
            ),
          ],
  };
}

/** Reads the variables of the sign-in as the server does; those of the platform are not needed. */
function policyOf({ app }: Listing, env: Environment): SignInPolicy | ConfigError | null {
  if (app.platform === null) return null;
  const own = ['BINDING', 'MATCH_BY_MOBILE', 'SESSION_DAYS', 'SESSION_IDLE_HOURS'];
  try {
    const { auth } = loadConfig({
      ...Object.fromEntries(own.map((variable) => [variable, env[variable]])),
      DINGTALK_APP_KEY: 'any',
      DINGTALK_APP_SECRET: 'any',
      DINGTALK_CORP_ID: 'any',
    });
    return {
      platform: app.platform,
      binding: auth.binding,
      matchByMobile: auth.matchByMobile && app.platform === 'dingtalk',
      sessionDays: auth.sessionLifetimeMs / (24 * hour),
      sessionIdleHours: auth.sessionIdleMs / hour,
    };
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function documentOf(
  listing: Listing,
  policy: SignInPolicy,
  screens: { svg: string; share: number } | null,
  facts: About,
): Promise<Buffer> {
  const platform = policy.platform === 'zhezhengding' ? '浙政钉' : '钉钉';
  const id = policy.platform === 'zhezhengding' ? 'accountId' : 'userid';
  const forms = listing.app.forms ?? [];
  const kept = forms.map((form) => keptIn[form]).join('，');
  const executives: Block[] = [
    heading('六、超级高管'),
    listing.scope.superExecutives === true
      ? paragraph(
          '应用对超级高管开放。超级高管的手机号无法通过接口获取，由管理员手工维护他们的平台 id，登录时只按 id 匹配，不按手机号、不按姓名。',
        )
      : paragraph('应用不对超级高管开放。'),
  ];
  return docx({
    title: `${listing.app.name}免登说明`,
    facts,
    blocks: [
      heading('一、怎样登录'),
      paragraph(
        `用户在${platform}里打开应用，不用输入用户名和密码：应用取得一次性的免登授权码，服务端用它换得用户在平台上的 id（${id}），按用户表里存的平台 id 认人，签发会话。` +
          (policy.binding
            ? '第一次登录、还没有匹配到账号的人，用本系统的用户名和密码绑定一次，以后直接免登。'
            : ''),
      ),
      ...(forms.length > 1 ? [paragraph(bothForms)] : []),
      picture(signInFlowSvg(policy), '免登流程图', {
        share: 0.86,
        caption: '图 1　免登流程',
      }),
      heading('二、怎样认人'),
      table({
        head: ['顺序', '办法', '说明'],
        widths: [1, 3, 6],
        align: ['center'],
        rows: matching(policy, id).map((row, index) => [String(index + 1), ...row]),
      }),
      heading('三、用户表'),
      paragraph(
        `用户表（users）有字段 ding_user_id，存平台的 ${id}，唯一：一个平台 id 只属于一个账号。另有字段标明是否超级高管、绑定的时间和方式。`,
      ),
      heading('四、缓存'),
      paragraph(
        `登录后会话保存在：${kept}。会话没有过期时，再次进入应用直接显示首页，不调用任何免登接口；会话最长 ${policy.sessionDays} 天，${policy.sessionIdleHours} 小时没有使用就结束，结束后自动重新免登。`,
      ),
      heading('五、登录失败'),
      paragraph('免登失败时打开提示页面，写明发生了什么、该找谁、下一步点哪里，不出现白屏：'),
      bullets([
        '不在应用的可见范围、已离开组织、账号已停用：无权限页，写明原因和联系谁；',
        '网络不通、服务故障、平台超时：出错页，显示错误码和请求编号，可以重试；',
        '授权码失效：自动换一个新的再登录一次，不用用户操作。',
      ]),
      ...executives,
      ...(screens === null
        ? []
        : [
            heading('七、页面'),
            picture(screens.svg, '登录时的页面', {
              share: screens.share,
              caption: '图 2　登录时的页面',
              scale: 1.5,
            }),
          ]),
    ],
  });
}

const keptIn = {
  miniprogram: '小程序的前端缓存（dd.setStorage）',
  h5: 'H5 微应用的 cookie（页面的脚本读不到）',
} as const;

const bothForms =
  '应用有小程序和 H5 微应用两种形态，登录办法相同：小程序用 dd.getAuthCode 取授权码，H5 页面在容器里用 JSAPI 取授权码，都交给同一个服务端换取平台 id，认的是同一张用户表；在一种形态里绑定过，另一种形态也直接免登。';

function matching(policy: SignInPolicy, id: string): [string, string][] {
  return [
    [`按平台 id（${id}）`, '用户表里有这个 id 的账号就是本人。'],
    ...(policy.matchByMobile
      ? [['按手机号', '平台核实过的手机号，唯一对应一个未绑定的账号；超级高管除外。'] as [string, string]]
      : []),
    ...(policy.binding
      ? [
          ['绑定', '输入一次本系统的用户名和密码，核对无误后记下平台 id；输错有次数限制。'] as [
            string,
            string,
          ],
        ]
      : []),
    ['都不行', '打开无权限页。不按姓名匹配：同名的人可能不止一个。'],
  ];
}
