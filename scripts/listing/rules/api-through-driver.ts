import { at, readSource } from '../facts/source.ts';
import { fail, pass, type Rule } from '../rule.ts';

const host = /https?:\/\/(?:o?api\.dingtalk\.com|openplatform[\w.-]*\.(?:dg-work\.cn|zj\.gov\.cn))/;
const path =
  /^\/(?:topapi|v1\.0\/(?:oauth2|robot|contact)|rpc\/oauth2|mozi|gov\/ding|message\/workNotification|gettoken)\b/;
/** The drivers, their configuration, and their errors' texts. */
const drivers = /^server\/(platform|config)\//;

/** Guide 1: 「涉及到的接口有 2 套」. Each has one driver; nothing else calls either. */
export const apiThroughDriver: Rule = {
  id: 'api-through-driver',
  section: '1',
  title: '调用平台接口只经过平台驱动，小程序里不直接调用。',
  severity: 'must',
  how: '在 server/（除 platform、config）和 mini/ 的代码里找两个平台的接口地址。',
  remedy: '把调用移进 server/platform/ 的驱动，业务代码用 Platform 接口；小程序只访问自己的服务端。',
  async check({ files }) {
    const source = [...(await readSource(files, 'server')), ...(await readSource(files, 'mini'))];
    const found = source
      .filter(({ file }) => !drivers.test(file))
      .flatMap(({ file, texts }) =>
        texts
          // The server counts calls by their paths; the mini program has no use for these names at all.
          .filter(
            ({ value, given }) =>
              host.test(value) || (path.test(value) && (given || file.startsWith('mini/'))),
          )
          .map(({ line, value }) => `${at({ file, line })} ${value.slice(0, 60)}`),
      );
    return found.length === 0
      ? pass(`查看了 ${source.length} 个源文件，平台接口只在驱动里调用。`)
      : fail('代码绕过平台驱动，直接写了平台接口的地址。', found);
  },
};
