import { StartFailure } from '../../server/config/start-failure.ts';

/** What a new feature is called, in every form that the sources need. */
export interface Names {
  /** Chinese, as people read it: 意见反馈. */
  title: string;
  /** In paths and addresses: `work-order`. */
  kebab: string;
  /** In code: `workOrder`, and for types `WorkOrder`. */
  camel: string;
  pascal: string;
  /** In the database: `work_order`. */
  snake: string;
}

export const usage =
  '用法：npm run add 意见反馈 feedback\n' +
  '  第一个词：中文名称，2 到 12 个字，显示在小程序和管理后台；\n' +
  '  第二个词：英文标识，小写字母，几个单词用 - 连接（如 work-order），用在文件名、接口、表名里。';

/** Words that cannot be names in JavaScript or tables in Prisma. */
const reserved = new Set(
  (
    'abstract any as async await boolean break case catch class const constructor continue debugger declare default ' +
    'delete do else enum export extends false finally for from function get if implements import in instanceof ' +
    'interface is let model namespace new null number object of package private protected prototype public return ' +
    'set static string super switch symbol this throw true try type typeof undefined using var void while with yield'
  ).split(' '),
);

/**
 * Reads the two words of `npm run add`, in either order.
 *
 * @throws StartFailure with what is wrong and an example.
 */
export function readNames(words: readonly string[]): Names {
  const [first = '', second = '', ...more] = words.map((word) => word.trim());
  if (first === '' || second === '' || more.length > 0) throw new StartFailure(usage);
  const han = /\p{Script=Han}/u;
  const [title, kebab] = han.test(first) || !han.test(second) ? [first, second] : [second, first];
  if (!/^[\p{Script=Han}A-Za-z0-9]{2,12}$/u.test(title) || !han.test(title)) {
    throw new StartFailure(
      `中文名称“${title}”不行：2 到 12 个汉字（可以有字母和数字，不能有标点和空格）。\n${usage}`,
    );
  }
  if (!/^[a-z][a-z0-9]+(?:-[a-z][a-z0-9]*)*$/.test(kebab) || kebab.length > 30) {
    throw new StartFailure(
      `英文标识“${kebab}”不行：小写字母开头，2 到 30 个小写字母或数字，几个单词用 - 连接，例如 work-order。\n${usage}`,
    );
  }
  const pascal = kebab.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  if (reserved.has(kebab) || pascal in globalThis) {
    throw new StartFailure(`英文标识“${kebab}”是程序语言的保留名称，请换一个，例如 ${kebab}-item。`);
  }
  return { title, kebab, camel, pascal, snake: kebab.replaceAll('-', '_') };
}

/** Replaces the names of the sample feature, 样例 `sample-entry`, in a text or a path. */
export const renamed = (text: string, { title, kebab, camel, pascal, snake }: Names): string =>
  text
    .replaceAll('sample-entry', kebab)
    .replaceAll('sampleEntry', camel)
    .replaceAll('SampleEntry', pascal)
    .replaceAll('sample_entry', snake)
    .replaceAll('样例', title);
