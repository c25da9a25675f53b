import { isH5, onlyFor } from '../facts/conditions.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { h5Pages } from '../facts/stability.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 10: 「避免白屏出现」, and 开发应用: PC 端 uses the H5 micro app. */
export const h5Live: Rule = onlyFor(isH5, {
  id: 'h5-live',
  section: '10',
  title: 'H5 入口打得开，脚本加载不了时也有文字说明，不白屏。',
  severity: 'must',
  how: '访问应用域名的 /console：应答 200 的网页，不运行脚本也有说明文字，它引用的脚本和样式都取得到。',
  remedy: '运行 npm run build 后重新部署；网关要把 /console 转发到服务端。',
  check(context) {
    const path = h5Pages[0];
    return liveAnswer(context, { path }, async (answer) => {
      const evidence = [told({ path }, answer)];
      if (answer.status !== 200 || !/text\/html/.test(answer.headers['content-type'] ?? '')) {
        return fail(`H5 入口打不开（${answer.status}）。`, evidence);
      }
      const body = answer.body
        .slice(Math.max(0, answer.body.indexOf('<body')))
        .replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '')
        .replace(/<[^>]+>/g, '');
      if (!/[\u4e00-\u9fff]{4}/.test(body)) return fail('脚本加载不了时，H5 页面是白的。', evidence);
      const files = [...answer.body.matchAll(/(?:src|href)="(\/console\/[^"]+\.(?:js|css))"/g)].map(
        ([, file = '']) => file,
      );
      if (files.length === 0) return fail('H5 页面还没有构建。', evidence);
      const missing: string[] = [];
      for (const file of files) {
        const probed = await context.probes.https({ path: file });
        if (!probed.ok || probed.answer.status !== 200) missing.push(file);
      }
      return missing.length === 0
        ? pass('H5 入口打得开。', [...evidence, `${files.length} 个脚本和样式都取得到`])
        : fail(`H5 页面要的文件取不到：${missing.join('、')}。`, evidence);
    });
  },
});
