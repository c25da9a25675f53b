import { html, htmlPage } from '../report/html.ts';
import type { OpenPoint } from './checks.ts';

export interface Release {
  version: string;
  /** Of the release before; null for the first. */
  previous: string | null;
  /** 北京时间, e.g. `2026-11-24`. */
  day: string;
  notes: readonly string[];
  /** Where the IDE's project is, as people type it. */
  folder: string;
  files: number;
  /** Bytes. */
  size: number;
  serverUrl: string;
  /** null for 浙政钉, which has none. */
  corpId: string | null;
  /** The picture of the trial version's QR code where the version was uploaded, from the root. */
  trialCode: string | null;
  openPoints: readonly OpenPoint[];
}

interface Section {
  title: string;
  steps: string[];
}

/** The steps from the built package to all users: upload, trial, gradual release, way back. */
function sections(release: Release): Section[] {
  const { version, previous, folder, notes, openPoints, serverUrl, corpId, trialCode } = release;
  const dingtalk = corpId !== null;
  return [
    {
      title: '一、上传之前',
      steps: [
        `先升级服务端：${serverUrl} 要同时能用于新旧两版小程序，灰度期间两版都有人用。`,
        dingtalk
          ? '新加的域名已在开发者后台登记为“HTTP 可信域名”（登记以后要重新构建、上传才生效）。'
          : '新加的域名已报给“浙政钉”项目组，政务外网的手机也能解析。',
        ...openPoints.map(({ title, detail }) => `请人确认：${title}${detail}`),
      ],
    },
    {
      title: '二、上传',
      steps:
        trialCode !== null
          ? [`已由命令上传，云端构建成功。在开发者后台的版本管理里核对：有 ${version}。`]
          : [
              dingtalk
                ? '打开小程序开发者工具 3.9.22（装好后不要升级，更新的版本免登会报 corpId is required）。'
                : '打开浙政钉要求的小程序开发者工具（版本和登录方法以“浙政钉”项目组给的为准）。',
              `选“打开项目”，目录选 ${folder}。它只装正式包；不要选仓库的根目录，那里的 dist/mini 会被 npm run dev 换成开发包。`,
              `关联正式${dingtalk ? '组织' : ''}的应用，点“上传”，版本号填 ${version}，说明填：${notes.join('；')}`,
              ...(dingtalk ? ['不用开发者工具也行：运行 npm run release:mini upload。'] : []),
            ],
    },
    {
      title: '三、体验版真机验证',
      steps: [
        `在${dingtalk ? '开发者后台' : '浙政钉的开发者页面'}的版本管理里把这一版设为体验版，用 Android 和 iOS 各一台真机扫码${trialCode === null ? '' : `（${trialCode}）`}。`,
        `“我的”页显示版本 ${version}。`,
        '第一次进入：免登成功；没绑定的人能绑定一次。',
        '关掉再进：直接显示首页，没有登录过程。',
        '断网进入：有提示和“重试”，没有白屏。',
        '没有权限的人：看到说明页，没有白屏。',
      ],
    },
    {
      title: '四、灰度发布',
      steps: [
        '提交发布，选灰度（按后台给的方式选人或比例，以页面为准）。建议的步子：试点的几个人 → 一个处室 → 一半人 → 全部。',
        '每一步至少过一个工作日的上午，看：/metrics 里登录的失败数、5xx 数、响应时间，管理后台的概览，用户的反馈。',
        '出现下面任何一种就停下，不再扩大：登录失败比平时多；有人白屏；有人看到别人的数据；同一个错误码反复出现。',
        previous === null
          ? '要退回：在版本管理里下架这一版，修好后用更大的版本号重新发布。'
          : `要退回：在版本管理里退回 ${previous}（以页面为准），修好后用更大的版本号重新发布。`,
      ],
    },
    {
      title: '五、全量之后',
      steps: [
        '手机上的更新不是马上的：客户端在冷启动时后台下载新包，下一次冷启动才用上。小程序自己也会提示“有新版本”，点“现在更新”立即重启。',
        `旧版本已经不能用（例如接口不兼容）才需要：过两三天，把服务端的 MINI_MINIMUM_VERSION 设为 ${version} 并重启。旧版本的人会看到“请更新”，但不会被挡住。`,
        ...(dingtalk ? [] : ['按“浙政钉”项目组的要求报备这次更新。']),
        '把 mini/version.ts 和 CHANGELOG.md 的改动提交到代码库。',
      ],
    },
  ];
}

const facts = ({ version, previous, day, files, size, serverUrl, corpId }: Release): [string, string][] => [
  ['版本', version],
  ['上一版', previous ?? '无，这是第一版'],
  ['构建日期', day],
  ['正式包', `${files} 个文件，${Math.ceil(size / 1024)} KB`],
  ['服务端', serverUrl],
  ...(corpId === null ? [] : [['corpId', corpId] satisfies [string, string]]),
];

/** The steps as a page to print and tick. */
export function stepsPage(release: Release): string {
  return htmlPage({
    title: `小程序 ${release.version} 发布步骤`,
    facts: facts(release),
    css: '.steps { list-style: none; padding: 0; } .steps li { padding: 4px 0 4px 30px; position: relative; } .steps li::before { content: ""; position: absolute; left: 2px; top: 10px; width: 14px; height: 14px; border: 1.5px solid var(--soft); border-radius: 3px; }',
    body: html`<h2>这一版改了什么</h2>
<ul>${release.notes.map((note) => html`<li>${note}</li>`)}</ul>
${sections(release).map(
  (section) =>
    html`<h2>${section.title}</h2>\n<ul class="steps">${section.steps.map((step) => html`<li>${step}</li>`)}</ul>\n`,
)}`,
  });
}
