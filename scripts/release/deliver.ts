import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../server/config/environment.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { buildMini } from '../build/mini/build.ts';
import { readConfig } from '../build/mini/config.ts';
import { packageFolder, writeProjectFile } from '../build/mini/ide-project.ts';
import { openChangelog } from './changelog.ts';
import { readMpdevSettings } from './mpdev.ts';
import { writeQrCode } from './qr-code.ts';
import { previewPackage, type UploadOptions, uploadVersion } from './upload.ts';

export interface DeliveryContext extends Pick<UploadOptions, 'tell' | 'pollMs' | 'timeoutMs'> {
  root: string;
  env: Environment;
}

/** Where a release is built: a project of its own for the IDE. */
export const releaseFolder = path.join('release', 'mini');

/** Turns the errors of a build, whose messages are for people, into a StartFailure. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    const message =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
    throw new StartFailure(`没有发布：${message || String(error)}`);
  }
}

/** The options of an upload, checked before anything is built. @throws StartFailure in Chinese. */
export async function uploadOptions(
  { root, env, ...timing }: DeliveryContext,
  project: string,
  environment: 'test' | 'production' = 'production',
): Promise<UploadOptions> {
  const { container, corpId } = await explained(readConfig(path.join(root, 'mini'), environment));
  if (container === 'zhezhengding') {
    throw new StartFailure(
      '浙政钉没有公开的上传接口，上传和预览在小程序开发者工具或浙政钉的页面里做。请不带 upload、preview 再运行，照着写出的步骤做。',
    );
  }
  return { ...timing, settings: readMpdevSettings(env), project: path.join(root, project), corpId };
}

/** Uploads a version that is built, and shows the QR code of its trial. @returns the picture, from the root. */
export async function upload(options: UploadOptions, root: string, version: string): Promise<string> {
  const content = await uploadVersion(options, version);
  const picture = path.join('release', `小程序-${version}-体验码.png`);
  options.tell(await writeQrCode(content, path.join(root, picture)));
  options.tell(
    `小程序 ${version} 已上传。在开发者后台的“版本管理”把它设为体验版（平台没有给命令），体验成员就能用钉钉扫上面的码；图片在 ${picture}`,
  );
  if (options.settings.agentId === null) {
    options.tell('没有填 DINGTALK_AGENT_ID，体验码里就没有它；扫不开时请填上再上传，或在后台扫码。');
  }
  return picture;
}

/** `npm run release:mini upload`: the release that is there. @throws StartFailure in Chinese. */
export async function uploadAgain(context: DeliveryContext): Promise<void> {
  const { released } = await openChangelog(context.root);
  if (released === null || !existsSync(packageFolder(path.join(context.root, releaseFolder)))) {
    throw new StartFailure(
      '还没有构建好的版本。请写上版本号，例如：npm run release:mini 1.0.0 "第一版" upload',
    );
  }
  await upload(await uploadOptions(context, releaseFolder), context.root, released);
}

/**
 * Shows the QR code of a preview, which makes no version.
 *
 * @param built whether the release that was just made is shown; the sources are built otherwise.
 * @throws StartFailure in Chinese.
 */
export async function preview(
  context: DeliveryContext,
  environment: 'test' | 'production',
  built: boolean,
): Promise<void> {
  const folder = built ? releaseFolder : path.join('release', `preview-${environment}`);
  const options = await uploadOptions(context, folder, environment);
  if (!built) {
    const source = path.join(context.root, 'mini');
    await explained(buildMini({ env: environment, source, outDir: packageFolder(options.project) }));
    await writeProjectFile(options.project, context.root);
  }
  const content = await previewPackage(options);
  const picture = path.join('release', '预览码.png');
  options.tell(await writeQrCode(content, path.join(context.root, picture)));
  options.tell(
    `用钉钉扫上面的码预览${environment === 'test' ? '测试' : '正式'}环境，图片在 ${picture}。手机上打不开，就带 upload 发布一版，用体验版。`,
  );
}
