import { escapeHtml } from '../../report/html.ts';
import { type Png, svgToPng } from '../../report/png.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import { pngSize } from './png-size.ts';

/** Pages of the app, where the project has pictures of them; a vendor replaces them by their own. */
const screens = [
  ['docs/images/home.png', '免登成功，直接进入首页'],
  ['docs/images/bind.png', '第一次登录，绑定一次'],
  ['docs/images/no-permission.png', '没有权限'],
  ['docs/images/trouble.png', '出了故障'],
] as const;

const shownWidth = 300;
const gap = 36;
const captionHeight = 44;

/**
 * The pages side by side, with their captions, and how much of a page's width they take.
 *
 * @returns null where there are no pictures.
 */
export async function screensPicture(files: ProjectFiles): Promise<{ png: Png; share: number } | null> {
  const found = (
    await Promise.all(
      screens.map(async ([file, caption]) => {
        const data = await files.bytes(file);
        const size = data === null ? null : pngSize(data);
        return data === null || size === null ? [] : [{ data, ...size, caption }];
      }),
    )
  ).flat();
  if (found.length === 0) return null;
  const heightOf = ({ width, height }: { width: number; height: number }) => (height / width) * shownWidth;
  const height = Math.max(...found.map(heightOf)) + captionHeight;
  const width = found.length * (shownWidth + gap) - gap;
  const drawn = found.map((screen, index) => {
    const x = index * (shownWidth + gap);
    const shown = heightOf(screen);
    return [
      `<image x="${x}" y="0" width="${shownWidth}" height="${shown}" href="data:image/png;base64,${screen.data.toString('base64')}"/>`,
      `<text x="${x + shownWidth / 2}" y="${shown + 30}" font-size="19" fill="#1f2329" text-anchor="middle">${escapeHtml(screen.caption)}</text>`,
    ].join('');
  });
  const png = await svgToPng(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${drawn.join('')}</svg>`,
    1.5,
  );
  return { png, share: Math.min(1, found.length / 4) };
}
