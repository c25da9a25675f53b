import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { StartFailure } from '../../server/config/start-failure.ts';
import { readFolder } from '../build/mini/package-files.ts';
import { writeTarGz } from '../deploy/pack/tar.ts';
import { createMpdev, type Mpdev, MpdevFailure, type MpdevSettings, type Result } from './mpdev.ts';

export interface UploadOptions {
  settings: MpdevSettings;
  /** The folder that the IDE would open: `mini.project.json` and the package that it names. */
  project: string;
  corpId: string;
  /** Gets a Chinese line for each step. */
  tell: (line: string) => void;
  /** Milliseconds between two questions about the build's state. */
  pollMs?: number;
  /** See {@link createMpdev}. */
  timeoutMs?: number;
}

const buildLimitMs = 30 * 60_000;
const previewLimitMs = 2 * 60_000;
/** How many questions in a row may fail before the upload gives up. */
const patience = 5;

/**
 * Uploads a version and waits until the cloud has built it.
 *
 * @returns what the QR code of the trial version says.
 * @throws StartFailure in Chinese, with the log of a build that failed.
 */
export async function uploadVersion(options: UploadOptions, version: string): Promise<string> {
  const { settings, tell } = options;
  const mpdev = createMpdev(settings, options.timeoutMs);
  const { content, common } = await packed(options);
  const key = await stored(mpdev, content, '', tell);
  const afterwards = `云端可能已经在构建：过几分钟到开发者后台的“版本管理”看有没有 ${version}。有就不用再上传，不带 upload 再运行一次记下这一版；没有就原样再运行一次。`;
  const task = await mpdev
    .call('POST', 'build/create', {
      ...common,
      ...{ package_key: key, package_version: version },
      package_md5: createHash('md5').update(content).digest('hex'),
    })
    .catch((error: unknown) => {
      if (!(error instanceof MpdevFailure)) throw error;
      const refused = `平台没有收下 ${version}。如果说的是版本号，请换一个比后台“版本管理”里都大的。`;
      throw new StartFailure(`${error.message}\n${error.passing ? afterwards : refused}`);
    });
  const built = await finished(mpdev, 'build/status/get', task, options, buildLimitMs, afterwards);
  const { logUrl, log } = buildInfo(built.build_info);
  if (String(built.status) !== '2') {
    const why = String(built.status) === '5' ? '超时' : '失败';
    throw new StartFailure(
      `云端构建${why}，${version} 没有上传。日志：\n${log === '' ? '（平台没有给）' : log.trim().split('\n').slice(-40).join('\n')}` +
        `${logUrl === '' ? '' : `\n完整的日志：${logUrl}`}\n改正后用同一个版本号再运行一次。`,
    );
  }
  const trial = new URLSearchParams({
    ...{ corpId: options.corpId, miniAppId: settings.miniAppId, source: 'trial' },
    version: String(built.build_id ?? ''),
    ...(settings.agentId === null ? {} : { agentId: settings.agentId }),
    ...{ pVersion: '1', packageType: '1' },
  });
  return `dingtalk://dingtalkclient/action/open_micro_app?${trial}`;
}

/**
 * Has the platform make a preview of a package.
 *
 * @returns what its QR code says.
 * @throws StartFailure in Chinese.
 */
export async function previewPackage(options: UploadOptions): Promise<string> {
  const mpdev = createMpdev(options.settings, options.timeoutMs);
  const { content, common } = await packed(options);
  const key = await stored(mpdev, new Uint8Array(gunzipSync(content)), '.tar', options.tell);
  const task = await mpdev.call('POST', 'previewbuild/create', {
    ...common,
    ...{ package_key: key, page: common.main_page, query: '', corp_id: options.corpId, sub_packages: [] },
    ...{ ignore_http_req_permission: false, ignore_webview_domain_check: false },
  });
  const again = '请再运行一次。';
  const preview = await finished(mpdev, 'previewbuild/status/get', task, options, previewLimitMs, again);
  if (typeof preview.result_url === 'string' && preview.result_url !== '') return preview.result_url;
  throw new StartFailure(
    '平台没有做出预览，也没有说原因。请改用体验版：带 upload 发布一版，云端会编译它，失败会给出日志。',
  );
}

/** Packs the project for the platform's compiler as a `.tar.gz`. @returns it, and the parameters that go with it */
async function packed({ settings, project, tell }: UploadOptions) {
  const files = [...(await readFolder(project)).keys()];
  const archive = `${project}.tar.gz`;
  await mkdir(path.dirname(archive), { recursive: true });
  await writeTarGz(project, files, archive);
  const content = new Uint8Array(await readFile(archive));
  await rm(archive);
  const { pages, tabBar } = JSON.parse(
    await readFile(path.join(project, 'dist', 'mini', 'app.json'), 'utf8'),
  ) as { pages: string[]; tabBar?: { items: { pagePath: string }[] } };
  tell(`已打包：${files.length} 个文件，压缩后 ${Math.ceil(content.length / 1024)} KB。正在上传……`);
  const common = {
    miniapp_id: settings.miniAppId,
    main_page: pages[0],
    enable_tabbar: tabBar?.items[0]?.pagePath === pages[0] ? 'YES' : 'NO',
    plugin_refs: [],
  };
  return { content, common };
}

/** Stores the package; tries again after a broken connection, since storing twice does no harm. */
async function stored(
  mpdev: Mpdev,
  content: Uint8Array<ArrayBuffer>,
  extension: string,
  tell: (line: string) => void,
): Promise<string> {
  for (let left = 2; ; left -= 1) {
    try {
      return await mpdev.store(content, extension);
    } catch (error) {
      if (!(error instanceof MpdevFailure && error.passing && left > 0)) throw error;
      tell(`${error.message}（正在自动重试）`);
    }
  }
}

const states: Readonly<Record<string, string>> = { 0: '云端排队中……', 1: '云端构建中……' };

/** Asks until the cloud has finished. A failed question is repeated: asking changes nothing. */
async function finished(
  mpdev: Mpdev,
  api: string,
  task: Result,
  { settings, tell, pollMs = 3000 }: UploadOptions,
  limitMs: number,
  afterwards: string,
): Promise<Result> {
  const asked = { miniapp_id: settings.miniAppId, task_id: String(task.task_id ?? '') };
  const started = Date.now();
  let told = '';
  for (let failed = 0; Date.now() - started < limitMs; await pause(pollMs)) {
    try {
      const state = await mpdev.call('GET', api, asked);
      failed = 0;
      if (String(state.finished) === 'true') {
        tell(`云端用了 ${Math.round((Date.now() - started) / 1000)} 秒。`);
        return state;
      }
      const line = states[String(state.status)] ?? '云端处理中……';
      if (line !== told) tell(line);
      told = line;
    } catch (error) {
      if (!(error instanceof MpdevFailure)) throw error;
      failed += 1;
      if (!error.passing || failed >= patience) throw new StartFailure(`${error.message}\n${afterwards}`);
    }
  }
  throw new StartFailure(`云端 ${limitMs / 60_000} 分钟还没有做完。${afterwards}`);
}

/** Reads the log out of JSON within JSON, which is URL-encoded. */
function buildInfo(info: unknown): { logUrl: string; log: string } {
  const parse = (json: unknown): Result => {
    try {
      return (JSON.parse(String(json)) as Result | null) ?? {};
    } catch {
      return {};
    }
  };
  let decoded = String(info ?? '');
  try {
    decoded = decodeURIComponent(decoded);
  } catch {
    // It was not encoded.
  }
  const { logUrl, detail } = parse(decoded);
  const { log } = typeof detail === 'object' ? ((detail ?? {}) as Result) : parse(detail);
  return { logUrl: String(logUrl ?? ''), log: String(log ?? '') };
}
