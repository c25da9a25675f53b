import { packageLimit } from '../../build/mini/check/package.ts';
import { packageSize } from '../../build/mini/package-files.ts';
import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { productionPackage } from '../facts/mini-package.ts';
import { fail, pass, unknown } from '../rule.ts';

const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} KB`;

/** Guide, 开发应用: the package lies on DingTalk's CDN, which takes 2 MB a package. */
export const miniSize = onlyFor(isMiniProgram, {
  id: 'mini-size',
  section: 'development',
  title: '小程序包不超过 2 MB。',
  severity: 'must',
  how: '编译生产包，把全部文件的大小相加。',
  remedy: '压缩图片，去掉不用的组件，或把页面分到分包。',
  async check({ files }) {
    const built = await productionPackage(files);
    if (built instanceof Error) return unknown(`小程序编译不过，不知道大小：${built.message}`);
    const size = packageSize(built);
    const found = `${built.size} 个文件，共 ${kilobytes(size)}，上限 ${kilobytes(packageLimit)}。`;
    return size <= packageLimit ? pass(found) : fail(found);
  },
});
