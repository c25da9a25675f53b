import type { Guide, PlatformProblem } from '../contract/overview.ts';
import type { PlatformName } from '../platform/platform.ts';

type Problem = Pick<PlatformProblem, 'api' | 'upstreamCode' | 'remedy'>;

/** The last step of every guide: how to see that the problem is gone. */
const check = '保存后请一位同事重新进入应用；登录成功，这条问题会自动从这里消失。';
const restart = '改好后重启服务（每一台都要）。';

const dingtalkApp =
  '用管理员账号登录钉钉开发者后台 open-dev.dingtalk.com，点“应用开发 → 企业内部应用 → 钉钉应用”，打开本应用。';
const zhezhengdingApp =
  '用应用负责人的账号登录浙政钉开放平台（测试环境是 openplatform-portal.dg-work.cn，正式环境问浙政钉项目组；要与 ZHEZHENGDING_BASE_URL 同一环境），点“应用管理”，打开本应用。';
/** No public document shows the menus of that console. */
const zhezhengdingHelp = '如果您的开放平台没有这个菜单，请把上面的内容发给浙政钉项目组，请他们处理。';

/**
 * The steps to solve a problem that a driver has found. The platform's code gives its kind; the driver's remedy
 * contains the IP or the permission's name.
 */
export function guideOf(platform: PlatformName, problem: Problem): Guide {
  return platform === 'dingtalk' ? dingtalkGuide(problem) : zhezhengdingGuide(problem);
}

/** @param copy the text to fill in. */
const guide = (title: string, steps: string[], copy: string | null = null): Guide => ({ title, steps, copy });

function dingtalkGuide({ api, upstreamCode, remedy }: Problem): Guide {
  const code = upstreamCode ?? '';
  if (code === '60020' || code.endsWith('IpNotInWhiteList')) {
    const ip = ipIn(remedy);
    return guide(
      '服务器的出口 IP 不在白名单里',
      [
        dingtalkApp,
        '在左侧点“开发配置 → 安全设置”，找到“服务器出口 IP”，点“编辑”。',
        ip === null
          ? '填入这台服务器访问外网时用的 IP（请问机房或云平台），已有的不要删，多个用英文逗号隔开。'
          : `在已有的后面填入 ${ip}，已有的不要删，多个用英文逗号隔开。`,
        '有多台服务器或将来会换出口，请一次把所有出口 IP 都填上。',
        check,
      ],
      ip,
    );
  }
  if (code === '60011' || code.endsWith('AccessTokenPermissionDenied')) {
    const permission = /接口权限 ([^：]+)：/.exec(remedy)?.[1] ?? null;
    return guide(
      '应用缺少接口权限',
      [
        dingtalkApp,
        '在左侧点“开发配置 → 权限管理”。',
        permission === null
          ? `在搜索框里按接口 ${api} 的用途查找权限点（日志里有平台的原话），点“申请权限”。`
          : `在搜索框里输入 ${permission}，在找到的一行点“申请权限”。`,
        '在“权限范围”里选本应用要服务的部门或全员；提示需要审批的，请企业管理员在钉钉里同意。',
        check,
      ],
      permission,
    );
  }
  if (code === '40056') {
    return guide('AgentId 不正确', [
      dingtalkApp,
      '在左侧点“基础信息 → 凭证与基础信息”，复制 AgentId。',
      `填入服务端配置的 DINGTALK_AGENT_ID，${restart}`,
      check,
    ]);
  }
  if (code === '40013') {
    return guide('组织的 CorpId 不正确', [
      '用管理员账号登录钉钉开发者后台 open-dev.dingtalk.com，右上角确认是本单位的组织。',
      '在首页右上角复制 CorpId。',
      `填入服务端配置的 DINGTALK_CORP_ID，${restart}`,
      check,
    ]);
  }
  if (code === '90020') {
    return guide('本月的接口调用额度用完了', [
      '登录钉钉开发者后台 open-dev.dingtalk.com，在“首页 → 资源用量”里看哪个接口用得最多。',
      '需要马上恢复：在同一页升级版本或购买额度。',
      '可以等：下月 1 日自动恢复。已登录的人不受影响，会话还在就不调用平台。',
    ]);
  }
  // The token API refuses the pair of key and secret, whatever the code.
  if (/appKey|appSecret/.test(remedy)) {
    return guide('AppKey 或 AppSecret 不正确', [
      dingtalkApp,
      '在左侧点“基础信息 → 凭证与基础信息”，复制 Client ID（AppKey）和 Client Secret（AppSecret）。两者必须来自同一个应用。',
      `填入服务端配置的 DINGTALK_APP_KEY 和 DINGTALK_APP_SECRET，前后不要有空格，${restart}`,
      '如果刚在后台重置过 AppSecret，旧的立即失效，请一定换成新的。',
      check,
    ]);
  }
  return otherGuide(remedy);
}

function zhezhengdingGuide({ api, upstreamCode, remedy }: Problem): Guide {
  if (upstreamCode === 'OPF-B001-05-16-0009') {
    return guide('签名不匹配：App Key、App Secret 或环境不对', [
      zhezhengdingApp,
      '在应用的基本信息里复制 App Key 和 App Secret，填入服务端配置的 ZHEZHENGDING_APP_KEY 和 ZHEZHENGDING_APP_SECRET，前后不要有空格。',
      '核对 ZHEZHENGDING_BASE_URL：测试环境 openplatform.dg-work.cn 与正式环境 openplatform-pro.ding.zj.gov.cn 的密钥不通用。',
      '在服务器上看时间是否准确，相差几分钟签名就会被拒绝；请开启时间同步（NTP）。',
      restart,
      check,
    ]);
  }
  if (upstreamCode === '240132') {
    return guide(
      '应用被拒绝访问一个接口：缺少接口权限、通讯录范围或 IP 白名单',
      [
        zhezhengdingApp,
        `在应用的接口权限里查找 ${api}，没有开通的点申请，等审批通过。`,
        '在应用的通讯录范围（可见范围）里，确认包括要使用应用的部门。',
        '在应用的 IP 白名单里，填入所有服务器访问平台时用的出口 IP（请问机房）。',
        zhezhengdingHelp,
        check,
      ],
      api,
    );
  }
  return otherGuide(remedy);
}

function otherGuide(remedy: string): Guide {
  return guide('平台配置有误', [`${remedy}。`, check], ipIn(remedy));
}

function ipIn(text: string): string | null {
  return /出口 IP ([\d.]{7,15}|[\da-f:]*:[\da-f:.]*) /i.exec(text)?.[1] ?? null;
}
