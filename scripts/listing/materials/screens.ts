import { ink, svgFile, svgText } from '../../report/svg.ts';
import type { ProjectFiles } from '../check/project-files.ts';

/** Where the pictures of this app's pages are: taken by `npm run listing` in the simulator, or put there by people. */
export const screensFolder = 'listing/页面截图';

/** The pages of the sign-in, by the names of their files. */
export const screens = {
  首页: '免登成功，直接进入首页',
  绑定: '第一次登录，绑定一次',
  无权限: '没有权限',
  出错: '出了故障',
} as const;

export type ScreenName = keyof typeof screens;

const shownWidth = 300;
const gap = 36;
const captionHeight = 44;

/** The pages side by side, with their captions; null where there is none. */
interface Screens {
  picture: { svg: string; share: number } | null;
  /** The pages of which there is no picture. */
  missing: ScreenName[];
}

export async function screensOf(files: ProjectFiles): Promise<Screens> {
  const names = Object.keys(screens) as ScreenName[];
  const found = (
    await Promise.all(
      names.map(async (name) => {
        const data = await files.bytes(`${screensFolder}/${name}.png`);
        const size = data === null ? null : pngSize(data);
        return data === null || size === null ? [] : [{ data, ...size, name }];
      }),
    )
  ).flat();
  const missing = names.filter((name) => !found.some((screen) => screen.name === name));
  if (found.length === 0) return { picture: null, missing };
  const heightOf = ({ width, height }: { width: number; height: number }) => (height / width) * shownWidth;
  const height = Math.max(...found.map(heightOf)) + captionHeight;
  const width = found.length * (shownWidth + gap) - gap;
  const drawn = found.map((screen, index) => {
    const x = index * (shownWidth + gap);
    const shown = heightOf(screen);
    return [
      `<image x="${x}" y="0" width="${shownWidth}" height="${shown}" href="data:image/png;base64,${screen.data.toString('base64')}"/>`,
      svgText(x + shownWidth / 2, shown + 30, screens[screen.name], {
        size: 19,
        colour: ink,
        anchor: 'middle',
      }),
    ].join('');
  });
  const svg = svgFile(width, height, '登录时的页面', drawn);
  return { picture: { svg, share: Math.min(1, found.length / 4) }, missing };
}

/**
 * Width and height of a PNG in pixels, from its header.
 *
 * @returns null where it is no PNG.
 */
function pngSize(data: Buffer): { width: number; height: number } | null {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  if (data.length < 24 || !data.subarray(0, 8).equals(signature)) return null;
  return { width: data.readUInt32BE(16), height: data.readUInt32BE(20) };
}
