import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

/** Playwright knows where these are on Windows and macOS. */
const CHANNELS = ['chrome', 'msedge'] as const;
const LINUX = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const LINUX_FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const HELP = [
  '没有找到浏览器，浏览器测试需要本机装有 Chrome、Edge 或 Chromium 之一（不会自动下载）。',
  '装好后重新运行；装在别处时，先用环境变量 CHROME_PATH 指明可执行文件，例如',
  process.platform === 'win32'
    ? '  set CHROME_PATH=D:\\Chrome\\chrome.exe（PowerShell 写 $env:CHROME_PATH = "D:\\Chrome\\chrome.exe"）'
    : '  export CHROME_PATH=/opt/chrome/chrome',
].join('\n');

/** No browser was found; the message is Chinese and says what to do. */
export class NoBrowser extends Error {
  override readonly name = 'NoBrowser';
}

/**
 * Starts the browser that is installed: `CHROME_PATH`, or else Chromium, Chrome or Edge.
 * @throws NoBrowser where none is
 */
export async function launchBrowser(): Promise<Browser> {
  // A container has no user namespaces for the sandbox; the pages are our own.
  const args = process.platform === 'linux' ? ['--no-sandbox'] : [];
  const tried: string[] = [];
  for (const options of candidates()) {
    try {
      return await chromium.launch({ ...options, args });
    } catch (error) {
      tried.push(`${options.executablePath ?? options.channel ?? ''}：${firstLine(error)}`);
    }
  }
  throw new NoBrowser(tried.length === 0 ? HELP : `${HELP}\n试过：\n  ${tried.join('\n  ')}`);
}

function candidates(): LaunchOptions[] {
  const named = process.env.CHROME_PATH;
  if (named) return [{ executablePath: named }];
  const paths =
    process.platform === 'darwin'
      ? MAC
      : LINUX.flatMap((name) => LINUX_FOLDERS.map((folder) => path.join(folder, name)));
  const installed = process.platform === 'win32' ? [] : paths.filter((file) => existsSync(file));
  return [
    ...installed.map((executablePath) => ({ executablePath })),
    ...CHANNELS.map((channel) => ({ channel })),
  ];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
