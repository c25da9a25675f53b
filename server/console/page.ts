import type { ConsoleEntry } from '../contract/console-entry.ts';
import { attribute, scriptJson } from './html.ts';

/** The files that the page loads first, below `/console/`. */
export interface EntryFiles {
  scripts: readonly string[];
  styles: readonly string[];
  /** Modules that the scripts import, loaded at the same time. */
  preload: readonly string[];
}

/**
 * The page of every address under `/console`. Its text is shown until the app replaces it, so nobody sees a white page:
 * while it loads, if a script is missing, blocked or too new for the browser, or without JavaScript.
 *
 * @param files null without a build.
 * @param head more for the head, e.g. the stability platform's code.
 */
export function consolePage(options: {
  entry: ConsoleEntry;
  files: EntryFiles | null;
  nonce: string;
  head: string;
  /** The requested address, which “重试” opens. */
  url: string;
}): string {
  const { entry, files, nonce, head, url } = options;
  const name = attribute(entry.appName);
  return frame(
    entry.appName,
    nonce,
    `<script nonce="${nonce}">${watch}</script>
${head}
${files === null ? '' : loading(files, nonce)}`,
    `<div id="app">${files === null ? notBuilt(name, url) : words(name, url)}</div>
<script type="application/json" id="entry">${scriptJson(entry)}</script>`,
  );
}

/** The page for a fault, e.g. while the server is too busy. */
export function faultPage(options: { appName: string; message: string; nonce: string; url: string }): string {
  const { appName, message, nonce, url } = options;
  return frame(
    appName,
    nonce,
    '',
    `<main class="words">
<h1>${attribute(appName)}现在打不开</h1>
<p>${attribute(message)}</p>
<p><a class="words-again" href="${attribute(url)}">重试</a></p>
</main>`,
  );
}

function frame(title: string, nonce: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light">
<title>${attribute(title)}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

function loading({ scripts, styles, preload }: EntryFiles, nonce: string): string {
  return [
    // Vite's code uses it for the styles that it adds.
    `<meta property="csp-nonce" nonce="${nonce}">`,
    ...styles.map((file) => `<link rel="stylesheet" crossorigin href="/console/${attribute(file)}">`),
    ...preload.map(
      (file) => `<link rel="modulepreload" crossorigin nonce="${nonce}" href="/console/${attribute(file)}">`,
    ),
    ...scripts.map(
      (file) =>
        `<script type="module" crossorigin nonce="${nonce}" src="/console/${attribute(file)}"></script>`,
    ),
  ].join('\n');
}

/** The text until the app runs. The explanation appears if that takes long or fails. */
function words(name: string, url: string): string {
  return `<main class="words">
<h1>正在打开${name}……</h1>
<div class="words-late">
<p>页面还没有打开。可能是网络不稳定，也可能是应用刚刚升级。您的数据不受影响。</p>
<p>请点“重试”；还不行，请换一个网络，或者联系管理员。</p>
<noscript><p>您的浏览器没有开启 JavaScript，请开启后重试。</p></noscript>
<p><a class="words-again" href="${attribute(url)}">重试</a></p>
</div>
</main>`;
}

function notBuilt(name: string, url: string): string {
  return `<main class="words">
<h1>${name}的页面还没有准备好</h1>
<p>服务已经启动，但是管理后台和移动端的页面还没有构建。</p>
<p>请管理员在服务器上运行 <code>npm run build</code>，再重新启动服务。</p>
<p><a class="words-again" href="${attribute(url)}">重试</a></p>
</main>`;
}

const style = `
body{margin:0;background:#f3f3f3;color:#181818;font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif}
.words{box-sizing:border-box;max-width:480px;margin:18vh auto 0;padding:0 24px}
.words h1{margin:0 0 12px;font-size:20px;font-weight:600}
.words p{margin:0 0 12px}
.words-late{opacity:0;animation:words-late 0s 5s forwards}
.failed .words-late{opacity:1;animation:none}
.words-again{display:inline-block;padding:8px 28px;border-radius:4px;background:#0052d9;color:#fff;text-decoration:none}
@keyframes words-late{to{opacity:1}}`;

/** Until the app runs, an error while loading or running shows the explanation at once. */
const watch = `
addEventListener('error',function(){document.documentElement.classList.add('failed')},true);
addEventListener('unhandledrejection',function(){document.documentElement.classList.add('failed')});`;
