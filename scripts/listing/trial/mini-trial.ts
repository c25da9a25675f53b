import type { PackageFiles } from '../../build/mini/package-files.ts';
import { type OpenedApp, openBuilt } from '../../simulator/harness/open-app.ts';
import {
  type Device,
  type Faults,
  memoryStorage,
  type Platform,
  type Transport,
} from '../../simulator/runtime/device.ts';
import type { BuiltApp } from '../../simulator/runtime/types.ts';
import { type TrialAnswer, trialAnswers } from './answers.ts';

/** The result of one launch of the mini program. */
export interface Launch {
  /** The page on the screen; null for a white screen. */
  route: string | null;
  /** The page's data as JSON. */
  data: string;
  /** Calls for an auth code, and requests that hand one in. */
  signInCalls: number;
  /** Uncaught errors and breaches of the container's rules. */
  errors: string[];
}

export interface MiniTrial {
  /** Two launches on one phone; the second has the storage of the first. */
  withCache: [Launch, Launch];
  /** Two launches of a bound person without any kept session. */
  withoutCache: [Launch, Launch];
  /** A person who must bind an account. */
  binding: Launch;
  /** A launch that still waits for its auth code, so its page shows no message yet. */
  waiting: Launch;
  /** The faults of the sign-in by their Chinese names, each with its launch. */
  failures: { name: string; launch: Launch }[];
  /** Pages that ask for a password, from their templates. */
  passwordPages: ReadonlySet<string>;
  /** Whether the package can bind an account (`/api/auth/bind`). */
  bindsByRequest: boolean;
}

/**
 * A launch is over after this many checks without a change, 10 ms apart, or after the longest time in milliseconds.
 * Checks are counted, since a busy machine may do nothing for a while.
 */
const QUIET_LOOKS = 25;
const PATIENCE = 20_000;

/** Divides the program's own time-outs, so that a launch does not wait for them. */
const HURRY = 200;

/**
 * Runs a compiled mini program through every kind of sign-in, on the simulator's phone and with scripted answers of the
 * server. It does not depend on the looks or names of the pages.
 *
 * @param app the program as the simulator runs it.
 * @param files its package.
 */
export async function runMiniTrial(
  app: BuiltApp,
  files: PackageFiles,
  platform: Platform,
): Promise<MiniTrial> {
  let codes = 0;
  /** A phone that gets these answers to its auth codes. */
  const phone = (answer: TrialAnswer = trialAnswers.signedIn(), faults: Faults = {}): Device => ({
    platform,
    corpId: undefined,
    storage: memoryStorage(),
    transport: serverThatAnswers(answer),
    faults,
    httpErrors: 'fail-with-data',
    getAuthCode: async () => {
      codes += 1;
      return `trial-code-${codes}`;
    },
  });
  const twice = async (first: Device, second: Device): Promise<[Launch, Launch]> => [
    await launch(app, first),
    await launch(app, second),
  ];
  const keeping = phone();
  const waiting = phone(undefined, { authCodeHangs: true });
  const failing = [...failingPhones(phone)];
  const [withCache, withoutCache, binding, patient, ...failed] = await Promise.all([
    twice(keeping, keeping),
    twice(phone(), phone()),
    launch(app, phone(trialAnswers.bindRequired())),
    launch(app, waiting),
    ...failing.map(async ([, device]) => launch(app, device)),
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
}

/**
 * Answers the sign-in with the given answers, and every other request with "busy": the trial does not know the app's
 * own interfaces.
 */
const serverThatAnswers =
  (signIn: TrialAnswer): Transport =>
  async ({ method, url }) => {
    const isSignIn = method === 'POST' && new URL(url).pathname === '/api/auth/login';
    const { status, body } = isSignIn ? signIn : trialAnswers.fault(503, 'SERVER_BUSY', '体检中');
    return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) };
  };

/** A phone for each way in which a sign-in fails, by its Chinese name. */
function* failingPhones(
  phone: (answer?: TrialAnswer, faults?: Faults) => Device,
): Generator<[string, Device]> {
  const { noPermission, fault } = trialAnswers;
  yield ['不在应用的可见范围', phone(noPermission('OUT_OF_RANGE'))];
  yield ['已离开组织', phone(noPermission('LEFT_ORGANISATION'))];
  yield ['账号已停用', phone(noPermission('ACCOUNT_DISABLED'))];
  yield ['没有账号，也不能绑定', phone(noPermission('BINDING_CLOSED'))];
  yield ['服务端出错（500）', phone(fault(500, 'INTERNAL_ERROR', '体检：登录失败'))];
  yield ['平台配置错误（500）', phone(fault(500, 'PLATFORM_MISCONFIGURED', '体检：登录失败'))];
  yield ['平台超时（504）', phone(fault(504, 'PLATFORM_TIMEOUT', '体检：登录失败'))];
  yield ['授权码一再被拒绝（401）', phone(fault(401, 'AUTH_CODE_INVALID', '体检：登录失败'))];
  yield ['没有网络', phone(undefined, { serverDown: true })];
  yield ['域名没有登记', { ...phone(), trustedHosts: [] }];
  yield ['容器不给授权码', phone(undefined, { authCodeError: 3 })];
  yield ['容器一直没有回应', { ...phone(undefined, { authCodeHangs: true }), timerSpeed: HURRY }];
}

/** Calls that go to another page: a refused one is a breach of the container's rules. */
const NAVIGATION = /^(?:navigateTo|redirectTo|reLaunch|switchTab|navigateBack)$/;

async function launch(app: BuiltApp, device: Device): Promise<Launch> {
  const run = openBuilt(app, device, { oldEngine: true });
  try {
    await rest(run);
    const { top } = run.phone.stack;
    const refused = run.events.flatMap((event) =>
      event.kind === 'dd' && event.outcome === 'fail' && NAVIGATION.test(event.name)
        ? [`dd.${event.name}：${(event.detail as { errorMessage: string }).errorMessage}`]
        : [],
    );
    // What a page writes to console.error may be its way of telling a developer about a fault that it handles.
    const errors = run.events.flatMap((event) => (event.kind === 'error' ? [event.message] : []));
    return {
      route: top?.path ?? null,
      data: JSON.stringify(top?.instance.data ?? null),
      signInCalls:
        run.calls.filter((name) => /^(?:getAuthCode|dtBridge)\b/.test(name)).length +
        run.events.filter((event) => event.kind === 'request' && event.url.includes('/api/auth/')).length,
      errors: [...errors, ...refused],
    };
  } finally {
    run.takeErrors();
    run.end();
    run.leave();
  }
}

/** Waits until no call, no request and no change of page has happened for a while. */
async function rest(run: OpenedApp): Promise<void> {
  const state = () =>
    [run.events.length, run.path, JSON.stringify(run.phone.stack.top?.instance.data)].join('|');
  const requests = (called: boolean) =>
    run.events.filter(
      (event) =>
        event.kind === 'dd' && event.name === 'httpRequest' && (event.outcome === 'called') === called,
    ).length;
  const underWay = () => requests(true) > requests(false);
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
