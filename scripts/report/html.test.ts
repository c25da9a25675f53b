import { html, htmlBadge, htmlNote, htmlPage, htmlTable, raw } from './html.ts';

test('inserted text is escaped, markup is kept, and lists are joined', () => {
  const items = ['<b>', 'a & "b"'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul title="${`'x'`}">${items}${raw('<hr>')}${null}${false}${0}</ul>`.markup).toBe(
    '<ul title="&#39;x&#39;"><li>&lt;b&gt;</li><li>a &amp; &quot;b&quot;</li><hr>0</ul>',
  );
});

test('control characters and lone surrogates are left out', () => {
  expect(html`${'a\u0000\u000b\ud800b\n𬭎'}`.markup).toBe('ab\n𬭎');
});

test('a page holds everything itself, and its policy forbids loading', () => {
  const page = htmlPage({
    title: '压测 <报告>',
    facts: [['地址', 'https://app.example.gov.cn']],
    body: html`${htmlNote('bad', '未达标')}${htmlTable({ head: ['项'], rows: [[htmlBadge('good', '通过')]], align: ['right'] })}`,
  });
  expect(page).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
  expect(page).toContain('<title>压测 &lt;报告&gt;</title>');
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  expect(page).toContain('<dt>地址</dt><dd>https://app.example.gov.cn</dd>');
  expect(page).toContain('<td class="right"><span class="badge good">通过</span></td>');
  expect(page).not.toMatch(/<(?:script|link)|url\(/);
});
