import { packageSize } from '../../build/mini/package-files.ts';
import { packageLimit } from '../../build/mini/sizes.ts';
import { formatProblem } from '../../simulator/compiler/problem.ts';
import {
  compiledPackage,
  miniConfig,
  miniVersionFile,
  productionPackage,
  urlsIn,
  versionOfMini,
} from '../facts/mini-package.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';

/** The template's own version: the vendor has not set one yet. */
const unset = new Set(['0.0.0', '0.1.0']);

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} KB`;

export const development = chapter('development', [
  {
    id: 'pc-needs-h5',
    kind: 'required',
    title: '要在 PC 端使用的应用，要有 H5 微应用形态；小程序不支持 PC 端。',
    sentence: '小程序暂不支持 PC 端部署，如果您的应用必须要在 PC 端上使用，可暂时使用微应用开发方式',
    how: '比较 listing.yaml 的 app.pc 与 app.forms。',
    remedy: '要在 PC 端用，就打开 H5 入口，并在 app.forms 里加上 h5；不用就把 app.pc 改成 false。',
    facts: ['app.pc', 'app.forms'],
    check({ listing: { app } }) {
      if (app.pc !== true) return pass('不在 PC 端使用。');
      return app.forms?.includes('h5') === true
        ? pass('PC 端用 H5 微应用。')
        : fail('要在 PC 端使用，但应用形态里没有 h5。', [`app.forms 是 ${app.forms?.join('、')}`]);
    },
  },
  {
    id: 'mini-package',
    kind: 'own',
    title: '小程序能构建成完整的生产包：页面齐全，没有手机不支持的写法。',
    sentence: null,
    how: '编译生产包，再做 npm run lint mini 的全部检查。',
    remedy: '按列出的文件和行改正，再运行 npm run lint mini。',
    only: ['mini'],
    async check({ files }) {
      const built = await compiledPackage(files);
      if (built instanceof Error) return fail(`小程序编译不过：${built.message}`);
      // Another rule checks the size.
      const problems = built.errors.filter(({ code }) => code !== 'package-size');
      if (problems.length > 0) {
        const told = problems.map((problem) => formatProblem(problem, 'mini').replace(/\s+/g, ' '));
        return fail(`生产包有 ${problems.length} 处问题。`, told);
      }
      const { pages } = JSON.parse(built.files.get('app.json')?.toString('utf8') ?? '') as {
        pages: string[];
      };
      return pass(`生产包有 ${pages.length} 个页面，检查没有发现问题。`, pages);
    },
  },
  {
    id: 'mini-size',
    kind: 'own',
    title: '小程序包不超过 2 MB。',
    sentence: null,
    how: '编译生产包，把全部文件的大小相加。',
    remedy: '压缩图片，去掉不用的组件，或把页面分到分包。',
    only: ['mini'],
    async check({ files }) {
      const built = await productionPackage(files);
      if (built instanceof Error) return unknown(`小程序编译不过，不知道大小：${built.message}`);
      const size = packageSize(built);
      const found = `${built.size} 个文件，共 ${kilobytes(size)}，上限 ${kilobytes(packageLimit)}。`;
      return size <= packageLimit ? pass(found) : fail(found);
    },
  },
  {
    id: 'mini-no-local-address',
    kind: 'own',
    title: '小程序包里没有 http、本机、内网和 IP 地址。',
    sentence: null,
    how: '在生产包的脚本、模板和样式里找网址（npm 组件除外；serverUrl 由 mini-server-address 检查）。',
    remedy: '地址都从 mini/config 的 serverUrl 来；删掉写死的地址，图片改用 https。',
    only: ['mini'],
    async check({ files }) {
      const built = await productionPackage(files);
      if (built instanceof Error) return unknown(`小程序编译不过：${built.message}`);
      const wrong = urlsIn(built).filter(({ acceptable }) => !acceptable);
      return wrong.length === 0
        ? pass(`查看了 ${built.size} 个文件，没有发现。`)
        : fail(
            '小程序包里有不该有的地址。',
            wrong.map(({ file, line, url }) => `${file}:${line} ${url}`),
          );
    },
  },
  {
    id: 'mini-trusted-domains',
    kind: 'own',
    title: '小程序访问的域名都登记为“HTTP 可信域名”。',
    sentence: null,
    how: '从生产包和 mini/config/production.ts 里收集域名，列出来；登记了没有，回答 answers.mini-trusted-domains。',
    remedy: '在开发者后台 → 应用 → 安全设置 → HTTP 可信域名里逐个添加，再重新构建、上传。',
    only: ['mini', 'dingtalk'],
    question: {
      ask: '列出的域名是否都已登记为“HTTP 可信域名”？',
      evidence: '开发者后台安全设置的截图',
    },
    async check({ files }, answer) {
      const config = await miniConfig(files, 'production');
      const built = await productionPackage(files);
      if (config instanceof Error) return unknown(config.message);
      if (built instanceof Error) return unknown(`小程序编译不过：${built.message}`);
      const server = URL.canParse(config.serverUrl) ? [new URL(config.serverUrl).hostname] : [];
      const domains = [...new Set([...server, ...urlsIn(built).map(({ hostname }) => hostname)])];
      const finding = await answer();
      return { ...finding, detail: `要登记的域名：${domains.join('、') || '无'}。${finding.detail}` };
    },
  },
  {
    id: 'mini-version',
    kind: 'own',
    title: '小程序有自己的版本号（三段数字，例如 1.0.0）。',
    sentence: null,
    how: '读 mini/version.ts 的 version。',
    remedy: '用 npm run release:mini 1.0.0 写入这次要上传的版本号；上传时填同一个。',
    only: ['mini'],
    async check({ files }) {
      const version = await versionOfMini(files);
      if (version === null || !/^\d+\.\d+\.\d+$/.test(version)) {
        return fail(`${miniVersionFile} 的 version 是“${version ?? ''}”，不是三段数字。`);
      }
      return unset.has(version)
        ? fail(`${miniVersionFile} 的 version 还是模板的 ${version}。`)
        : pass(`版本号是 ${version}。`);
    },
  },
]);
