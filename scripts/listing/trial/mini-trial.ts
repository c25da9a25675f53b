import { Device } from '../../build/mini/dd-double/device.ts';
import { MiniRun } from '../../build/mini/dd-double/run.ts';
import type { PackageFiles } from '../../build/mini/package-files.ts';
import { type TrialAnswer, TrialServer, trialAnswers } from './trial-server.ts';

/** What one launch of the mini program came to. */
export interface Launch {
  /** The page on the screen; null: none, a white screen. */
  route: string | null;
  /** The page's data as JSON. */
  data: string;
  /** Calls for an auth code, and requests that hand one in. */
  signInCalls: number;
  /** Uncaught errors and breaches of the container's rules. */
  errors: string[];
}

export interface MiniTrial {
  /** Two launches on one phone, the second with what the first one kept. */
  withCache: [Launch, Launch];
  /** Two launches of a bound person without any kept session. */
  withoutCache: [Launch, Launch];
  /** A person who must bind an account. */
  binding: Launch;
  /** A launch that still waits for its auth code: what a page looks like before it tells anything. */
  waiting: Launch;
  /** What can go wrong at the sign-in, by its Chinese name, and what came of it. */
  failures: { name: string; launch: Launch }[];
  /** Pages that ask for a password, from their templates. */
  passwordPages: ReadonlySet<string>;
  /** Whether the package hands a binding in (`/api/auth/bind`). */
  bindsByRequest: boolean;
}

/**
 * A launch has come to rest after this many looks without any change, 10 ms apart; counted in looks, so that a busy
 * machine, which runs nothing in between, does not cut it short. And how long it may take at most, in milliseconds.
 */
const QUIET_LOOKS = 25;
const PATIENCE = 8_000;

/** Divides the program's own time-outs, where a launch would otherwise wait for them. */
const HURRY = 200;

/**
 * Runs a compiled mini program's own scripts through a sign-in of every kind, on a double of the phone, against a
 * server that answers as told. Nothing of it depends on how the pages look or are called.
 *
 * @param compile compiles the package for a server at the given address.
 */
export async function runMiniTrial(
  compile: (serverUrl: string) => Promise<PackageFiles>,
  container: 'dingtalk' | 'zhezhengding',
): Promise<MiniTrial> {
  const server = new TrialServer();
  try {
    const files = await compile(await server.listen());
    let codes = 0;
    /** A phone whose codes the server answers like this. */
    const phone = (answer: TrialAnswer = trialAnswers.signedIn()) =>
      new Device(container, async () => {
        codes += 1;
        const code = `trial-code-${codes}`;
        server.answers.set(code, answer);
        return code;
      });
    const twice = async (first: Device, second: Device): Promise<[Launch, Launch]> => [
      await launch(files, first),
      await launch(files, second),
    ];
    const keeping = phone();
    const waiting = phone();
    waiting.nextCode = 'never';
    const failing = [...failingPhones(phone)];
    const [withCache, withoutCache, binding, patient, ...failed] = await Promise.all([
      twice(keeping, keeping),
      twice(phone(), phone()),
      launch(files, phone(trialAnswers.bindRequired())),
      launch(files, waiting),
      ...failing.map(async ([, device]) => launch(files, device)),
    ]);
    return {
      withCache,
      withoutCache,
      binding,
      waiting: patient,
      failures: failing.map(([name], index) => ({ name, launch: failed[index] as Launch })),
      passwordPages: passwordPages(files),
      bindsByRequest: [...files].some(
        ([file, content]) => file.endsWith('.js') && content.includes('/api/auth/bind'),
      ),
    };
  } finally {
    await server.close();
  }
}

/** A phone for each way in which a sign-in fails, by its Chinese name. */
function* failingPhones(phone: (answer?: TrialAnswer) => Device): Generator<[string, Device]> {
  const { noPermission, fault } = trialAnswers;
  yield ['不在应用的可见范围', phone(noPermission('OUT_OF_RANGE'))];
  yield ['已离开组织', phone(noPermission('LEFT_ORGANISATION'))];
  yield ['账号已停用', phone(noPermission('ACCOUNT_DISABLED'))];
  yield ['没有账号，也不能绑定', phone(noPermission('BINDING_CLOSED'))];
  yield ['服务端出错（500）', phone(fault(500, 'INTERNAL_ERROR', '体检：登录失败'))];
  yield ['平台配置错误（500）', phone(fault(500, 'PLATFORM_MISCONFIGURED', '体检：登录失败'))];
  yield ['平台超时（504）', phone(fault(504, 'PLATFORM_TIMEOUT', '体检：登录失败'))];
  yield ['授权码一再被拒绝（401）', phone(fault(401, 'AUTH_CODE_INVALID', '体检：登录失败'))];
  const offline = phone();
  offline.network.state = 'down';
  yield ['没有网络', offline];
  const unregistered = phone();
  unregistered.network.state = 'domain';
  yield ['域名没有登记', unregistered];
  const refusing = phone();
  refusing.nextCode = 'fail';
  yield ['容器不给授权码', refusing];
  const silent = phone();
  silent.nextCode = 'never';
  silent.timerSpeed = HURRY;
  yield ['容器一直没有回应', silent];
}

async function launch(files: PackageFiles, device: Device): Promise<Launch> {
  const run = new MiniRun(files, device);
  const errors: string[] = [];
  try {
    run.launch();
  } catch (error) {
    errors.push(error instanceof Error ? error.message : String(error));
  }
  await rest(run, device);
  const page = run.stack.top;
  return {
    route: page?.route ?? null,
    data: JSON.stringify(page?.data ?? null),
    signInCalls:
      run.count('getAuthCode') +
      run.count('dtBridge') +
      run.requests.filter((line) => line.startsWith('POST /api/auth/')).length,
    // What a page writes to console.error may be its way of telling a developer about a fault that it handles.
    errors: [...errors, ...run.log.violations],
  };
}

/** Waits until nothing more happens: no call, no request that is under way, no other page. */
async function rest(run: MiniRun, device: Device): Promise<void> {
  const state = () =>
    [
      run.log.calls.length,
      run.requests.join(),
      run.stack.top?.route ?? '',
      JSON.stringify(run.stack.top?.data ?? null),
    ].join('|');
  // The double notes a status once a request is answered; one that the network refuses never gets any.
  const underWay = () =>
    device.network.state === 'up' && run.log.requests.some((request) => request.status === null);
  const deadline = Date.now() + PATIENCE;
  let last = state();
  for (let quiet = 0; quiet < QUIET_LOOKS && Date.now() < deadline; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const current = state();
    if (current !== last || underWay()) quiet = 0;
    last = current;
  }
}

function pagesOf(files: PackageFiles): string[] {
  const app = JSON.parse(files.get('app.json')?.toString('utf8') ?? '{}') as { pages?: string[] };
  return app.pages ?? [];
}

/** `password`, `password="{{true}}"` and `type="password"` on any tag, own or of a component. */
const passwordInput = /<[\w-]+[^>]*\s(?:type="password"|password(?:="\{\{\s*true\s*\}\}"|(?=[\s/>])))/;

function passwordPages(files: PackageFiles): Set<string> {
  return new Set(
    pagesOf(files).filter((page) => passwordInput.test(files.get(`${page}.axml`)?.toString('utf8') ?? '')),
  );
}
