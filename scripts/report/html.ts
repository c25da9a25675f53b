/**
 * Reports as one HTML file: no other file, nothing from the network, fit for printing on A4 from any browser.
 *
 *     const page = htmlPage({ title: '压测报告', facts: [['地址', address]], body: html`<h2>结果</h2>…` });
 */

/** Markup that is safe to put into a page as it stands. Only `html` and `raw` make one. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, SVG and XML, between tags as well as in a quoted attribute. */
export function escapeHtml(text: string): string {
  // Characters that XML 1.0 forbids make an SVG or DOCX that cannot be opened.
  return withoutControls(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** `text` without the control characters that XML cannot hold (tab and line breaks stay). */
export function withoutControls(text: string): string {
  return [...text]
    .filter((character) => {
      const code = character.codePointAt(0) ?? 0;
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      return (
        (code >= 0x20 || '\t\n\r'.includes(character)) && !surrogate && code !== 0xfffe && code !== 0xffff
      );
    })
    .join('');
}

/** Markup made elsewhere by this project, such as an SVG of `lineChart`. Never for text from outside. */
export const raw = (markup: string): Html => new Html(markup);

/** Makes markup: values in it are escaped, other markup stays, lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((text, index) => text + render(parts[index])).join(''));
}

function render(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
}

export interface HtmlTable {
  /** None for a table of names and values. */
  head?: readonly string[] | undefined;
  rows: readonly (readonly HtmlPart[])[];
  /** How each column stands; left where not said. */
  align?: readonly ('left' | 'right' | 'center')[];
}

/** A table whose head is repeated on every printed page. */
export function htmlTable({ head, rows, align = [] }: HtmlTable): Html {
  const side = (column: number) => raw(` class="${align[column] ?? 'left'}"`);
  return html`<table>${head !== undefined && html`<thead><tr>${head.map((cell, i) => html`<th${side(i)}>${cell}</th>`)}</tr></thead>`}
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => html`<td${side(i)}>${cell}</td>`)}</tr>\n`)}</tbody></table>`;
}

/** The meaning of a badge or a note: met, not met, to be looked at, neutral. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A short word on a coloured ground, such as 通过. */
export const htmlBadge = (tone: Tone, text: string): Html => html`<span class="badge ${tone}">${text}</span>`;

/** A paragraph in a coloured frame, such as the conclusion. */
export const htmlNote = (tone: Tone, text: HtmlPart): Html => html`<div class="note ${tone}">${text}</div>`;

/** A picture made of SVG, with words for those who do not see it. */
export const htmlFigure = (svg: string, caption: string): Html =>
  html`<figure role="img" aria-label="${caption}">${raw(svg)}<figcaption>${caption}</figcaption></figure>`;

export interface HtmlPage {
  title: string;
  /** Names and values under the title: address, date, machine. */
  facts?: readonly (readonly [string, HtmlPart])[];
  body: Html;
  /** Further styles of this page. */
  css?: string;
}

/** The whole file. Its policy allows no loading and no scripts. */
export function htmlPage({ title, facts = [], body, css = '' }: HtmlPage): string {
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${raw(baseCss + css)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1></header>
${facts.length > 0 && html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}
${body}
</main>
</body>
</html>
`.markup;
}

const baseCss = `
:root { color-scheme: light; --ink: #1f2329; --soft: #5c6470; --line: #dfe3e8; --brand: #0052d9;
  --good: #0b6b3a; --good-bg: #e6f5ec; --bad: #b0191e; --bad-bg: #fdecec; --warn: #7a4b00; --warn-bg: #fff4dc; }
* { box-sizing: border-box; }
body { margin: 0; background: #f3f5f8; color: var(--ink); line-height: 1.7; overflow-wrap: break-word;
  font: 15px/1.7 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
main { max-width: 960px; margin: 24px auto; padding: 32px 40px 48px; background: #fff; border-radius: 8px; }
header { border-bottom: 2px solid var(--brand); padding-bottom: 12px; margin-bottom: 20px; }
h1 { font-size: 26px; margin: 0; line-height: 1.4; }
h2 { font-size: 19px; margin: 32px 0 12px; padding-left: 10px; border-left: 4px solid var(--brand); line-height: 1.4; }
p { margin: 8px 0; }
a { color: var(--brand); }
code { font: 13px/1.6 Consolas, Menlo, "Noto Sans Mono CJK SC", monospace; background: #f3f5f8; padding: 1px 5px;
  border-radius: 3px; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 1fr)); gap: 6px 24px; margin: 0 0 16px; }
dl div { display: flex; gap: 12px; }
dt { color: var(--soft); flex: 0 0 5.5em; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 12px 0; font-size: 14px; }
th, td { border: 1px solid var(--line); padding: 7px 10px; text-align: left; vertical-align: top; }
th { background: #f3f5f8; font-weight: 600; white-space: nowrap; }
th.right, td.right { text-align: right; font-variant-numeric: tabular-nums; }
th.center, td.center { text-align: center; }
.badge { display: inline-block; padding: 0 8px; border-radius: 4px; font-size: 13px; white-space: nowrap;
  background: #eceff3; }
.badge.good, .note.good { background: var(--good-bg); color: var(--good); }
.badge.bad, .note.bad { background: var(--bad-bg); color: var(--bad); }
.badge.warn, .note.warn { background: var(--warn-bg); color: var(--warn); }
.note { padding: 12px 16px; border-radius: 6px; margin: 12px 0; background: #eceff3; border-left: 4px solid currentColor; }
.note ul { margin: 0; padding-left: 1.4em; } .note p:first-child { margin-top: 0; } .note p:last-child, .note ul:last-child { margin-bottom: 0; }
figure { margin: 16px 0; } figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 13px; text-align: center; margin-top: 4px; }
@media (max-width: 640px) { main { margin: 0; padding: 20px 16px; border-radius: 0; } table { display: block; overflow-x: auto; } }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { background: #fff; font-size: 12px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; margin: 0; padding: 0; }
  h2 { break-after: avoid; } tr, figure, .note { break-inside: avoid; }
  table { font-size: 11px; }
}
`;
