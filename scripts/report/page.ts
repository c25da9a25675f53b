import type { Block, Inline } from './docx-blocks.ts';
import { type Html, html, htmlBadge, htmlFigure, htmlPage, htmlTable } from './html.ts';

/** The same document as a page, to read in a browser and to print. */
export function page({ title, blocks }: { title: string; blocks: readonly Block[] }): string {
  return htmlPage({ title, body: html`${blocks.map(draw)}` });
}

function draw(block: Block): Html {
  switch (block.kind) {
    case 'heading':
      return html`<h2>${block.text}</h2>`;
    case 'paragraph':
      return html`<p>${inline(block.text)}</p>`;
    case 'bullets':
      return html`<ul>${block.items.map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
    case 'table': {
      const { head, rows, align } = block;
      return htmlTable({ head, rows: rows.map((row) => row.map(inline)), ...(align && { align }) });
    }
    case 'picture':
      return htmlFigure(block.svg, block.caption ?? block.alt);
  }
}

const inline = (text: Inline): Html =>
  typeof text === 'string'
    ? html`${text}`
    : html`${text.map((run) => (run.tone === undefined ? run.text : htmlBadge(run.tone, run.text)))}`;
