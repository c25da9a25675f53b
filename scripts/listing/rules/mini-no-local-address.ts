import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { productionPackage } from '../facts/mini-package.ts';
import { urlsIn } from '../facts/package-urls.ts';
import { fail, pass, unknown } from '../rule.ts';

/** Guide 6: 「未使用 SSL 证书的应用地址都会被拒绝上架」, wherever in the package an address stands. */
export const miniNoLocalAddress = onlyFor(isMiniProgram, {
  id: 'mini-no-local-address',
  section: 'development',
  title: '小程序包里没有 http、本机、内网和 IP 地址。',
  severity: 'must',
  how: '在生产包的脚本、模板和样式里找网址（npm 组件除外；serverUrl 由 mini-server-address 检查）。',
  remedy: '地址都从 mini/config 的 serverUrl 来；删掉写死的地址，图片改用 https。',
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
});
