import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { miniVersionFile, versionOfMini } from '../facts/mini-package.ts';
import { fail, pass } from '../rule.ts';

/** The template's own version: nobody has set one yet. */
const unset = new Set(['0.0.0', '0.1.0']);

/** Guide, 开发应用 (灰度发布): versions go out one after the other, so each needs a number. */
export const miniVersion = onlyFor(isMiniProgram, {
  id: 'mini-version',
  section: 'development',
  title: '小程序有自己的版本号（三段数字，例如 1.0.0）。',
  severity: 'must',
  how: '读 mini/version.ts 的 version。',
  remedy: '用 npm run release:mini 1.0.0 写入这次要上传的版本号；上传时填同一个。',
  async check({ files }) {
    const version = await versionOfMini(files);
    if (version === null || !/^\d+\.\d+\.\d+$/.test(version)) {
      return fail(`${miniVersionFile} 的 version 是“${version ?? ''}”，不是三段数字。`);
    }
    return unset.has(version)
      ? fail(`${miniVersionFile} 的 version 还是模板的 ${version}。`)
      : pass(`版本号是 ${version}。`, [miniVersionFile]);
  },
});
