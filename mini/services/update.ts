/**
 * Newer packages of the mini program: offers a restart when the container has one, and asks people to reopen the
 * program when the server says that it is too old. Nobody is locked out: an old program can still be used.
 */
import { alert, confirm, type HttpAnswer, updateManager } from './dd.ts';
import { parsed } from './faults.ts';

/** How long to wait for the container's newer package before people are asked to reopen (milliseconds). */
const DOWNLOAD = 10_000;

const TOO_OLD = '当前版本太旧，有的功能可能无法使用。';

let manager: Dd.UpdateManager | null = null;
let ready = false;
let failed = false;
let required = false;
/** The questions of this run: none is asked twice. */
let offered: 'nothing' | 'newer' | 'required' = 'nothing';
/** Whether a question stands on the screen. */
let asking = false;
let told = false;

/** Listens to the container's updates; called once, at the launch. */
export function watchUpdates(): void {
  manager = updateManager();
  if (manager === null) return;
  manager.onUpdateReady(() => {
    ready = true;
    offerRestart();
  });
  manager.onUpdateFailed(() => {
    failed = true;
    if (required) tellToReopen();
  });
}

/**
 * Whether an answer of the server says that this version is too old: by the header of every answer or, because a
 * container may hide headers, in the body of a sign-in.
 */
export function asksForUpdate({ data, headers }: Pick<HttpAnswer, 'data' | 'headers'>): boolean {
  if (typeof headers === 'object' && headers !== null) {
    const names = Object.keys(headers).filter((name) => name.toLowerCase() === 'x-mini-update');
    if (names.some((name) => String((headers as Record<string, unknown>)[name]) === 'required')) return true;
  }
  const body = parsed(data);
  return typeof body === 'object' && body !== null && (body as { update?: unknown }).update === 'required';
}

/** The server requires a newer version. */
export function mustUpdate(): void {
  if (required) return;
  required = true;
  if (ready) offerRestart();
  else if (manager === null || failed) tellToReopen();
  else {
    setTimeout(() => {
      if (!ready) tellToReopen();
    }, DOWNLOAD);
  }
}

function offerRestart(): void {
  const kind = required ? 'required' : 'newer';
  if (asking || offered === kind || offered === 'required') return;
  offered = kind;
  asking = true;
  const content = required
    ? `${TOO_OLD}新版本已经准备好，现在更新只需几秒。没有提交的内容不会保留。`
    : '新版本已经准备好，重新打开就能使用。没有提交的内容不会保留。';
  confirm(required ? '请更新' : '有新版本', content, '现在更新')
    .then((agreed) => {
      asking = false;
      if (agreed && manager !== null) manager.applyUpdate();
      // Meanwhile the server may have required it.
      else if (required) offerRestart();
    })
    .catch((error: unknown) => {
      console.warn('the update could not be applied', error);
      tellToReopen();
    });
}

function tellToReopen(): void {
  if (told) return;
  told = true;
  alert(
    '请更新',
    `${TOO_OLD}请关闭小程序，再从工作台重新打开；仍然看到这个提示，请升级客户端，或联系管理员。`,
  );
}
