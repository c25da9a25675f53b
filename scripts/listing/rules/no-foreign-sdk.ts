import { at, readSource } from '../facts/source.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** What other containers bring along: WeChat, Alipay, Baidu, ByteDance, QQ, Kuaishou, uni-app. */
const foreignGlobals = new Set(['wx', 'my', 'swan', 'tt', 'qq', 'ks', 'uni']);
const foreignPackages =
  /^(?:weixin-js-sdk|jweixin(?:-\w+)*|wechat(?:-[\w-]+)?|@wecom\/.+|wecom-sdk.*|@larksuite.*|feishu.*|alipayjsapi|alipay-sdk|@dcloudio\/.+|@tarojs\/.+)$/;

/** Guide 1: 「涉及到的接口有 2 套，一套是钉钉开放平台的标准接口，另外一套是“浙政钉”接口」: no third one. */
export const noForeignSdk: Rule = {
  id: 'no-foreign-sdk',
  section: '1',
  title: '只用钉钉和浙政钉的接口，不用微信等其他平台的 SDK。',
  severity: 'must',
  how: '查 package.json 的依赖、mini/ 和 server/ 的引用，以及小程序里的 wx、my、uni 等全局对象。',
  remedy: '删掉其他平台的 SDK，改用 dd 接口（mini/services/dd.ts）。',
  async check({ files }) {
    const mini = await readSource(files, 'mini');
    const source = [...mini, ...(await readSource(files, 'server'))];
    const found = [
      ...dependencies(await files.read('package.json'))
        .filter((name) => foreignPackages.test(name))
        .map((name) => `package.json：${name}`),
      ...source.flatMap(({ file, imports }) =>
        imports
          .filter(({ value }) => foreignPackages.test(value))
          .map(({ value, line }) => `${at({ file, line })} ${value}`),
      ),
      ...mini.flatMap(({ file, globals }) =>
        globals
          .filter(({ name }) => foreignGlobals.has(name))
          .map(({ name, line }) => `${at({ file, line })} ${name}.*`),
      ),
    ];
    return found.length === 0
      ? pass(`查看了依赖和 ${source.length} 个源文件，没有其他平台的 SDK。`)
      : fail('用了其他平台的 SDK。', found);
  },
};

/** What goes into production; tools for development may be anybody's. */
function dependencies(text: string | null): string[] {
  if (text === null) return [];
  const { dependencies: found = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  return Object.keys(found);
}
