import { html, htmlNote, htmlPage, htmlTable } from '../../report/html.ts';
import type { About, Material, Missing } from './material.ts';

const fileName = '0-目录.html';

/** The page that says what each file is for, and what is still missing. */
export function contentsMaterial(
  about: { facts: About; kind: string | null; rehearsal: readonly string[] },
  materials: readonly Material[],
  missing: readonly Missing[],
): Material {
  const page = htmlPage({
    title: '上架材料目录',
    facts: [
      ...about.facts,
      ['审批类型', about.kind ?? '还不能判定'],
      ['文件', `${materials.length} 个`],
      ['还缺', missing.length === 0 ? '没有' : `${missing.length} 项`],
    ],
    body: html`${about.rehearsal.length > 0 && htmlNote('bad', `这是一次演练的结果，不能提交。`)}${
      missing.length === 0
        ? htmlNote('good', '材料齐全。请检查一遍，再把压缩包交给业主单位的发起人。')
        : htmlNote('warn', `还缺 ${missing.length} 项，见下面“还缺什么”，由服务商补齐后重新出一份。`)
    }
<h2>文件</h2>
${htmlTable({
  head: ['文件', '用途'],
  rows: materials.map(({ path, purpose }) => [
    html`<a href="${path.split('/').map(encodeURIComponent).join('/')}">${path}</a>`,
    purpose,
  ]),
})}
${
  missing.length > 0 &&
  html`<h2>还缺什么</h2>
${htmlTable({
  head: ['缺什么', '用在哪里'],
  rows: missing.map(({ title, material }) => [title, material]),
})}`
}
<h2>怎么提交</h2>
<p>上架申请由业主单位发起。请业主单位的发起人对照“上架申请信息”填写申请表单，把其余文件作为附件上传。
情况说明要先由业主单位用红头文件印发、盖章，再拍照或直接上传。</p>`,
  });
  return { path: fileName, purpose: '本页：每个文件是做什么的，还缺什么。', content: Buffer.from(page) };
}
