/** What the journeys share: the built scripts on a phone, against the real server and the emulated platform. */

import {
  checkFiles,
  compileMini,
  Device,
  MiniRun,
  miniSource,
  nodeModules,
  type PackageFiles,
  testConfig,
} from '../../scripts/build/index.ts';
import type { PlatformName } from '../../server/platform/platform.ts';
import { type Built, build } from '../../server/testing/build.ts';

export interface Journey {
  /** The running server; from `beforeAll` on. */
  readonly server: Built;
  /** A phone whose codes come from the emulator's control API, over its socket. */
  phone(person: string): Device;
  /** Launches the mini program. After the test, its run must show no breach of a rule and no logged error. */
  start(device: Device, options?: Parameters<MiniRun['launch']>[0]): MiniRun;
}

/** Registers the hooks that start a server for the tests of the surrounding block, and end it. */
export function prepareJourney(platform: PlatformName = 'dingtalk'): Journey {
  /** Waited for once more at the end: a server that came up too late for its hook must not outlive the tests. */
  let building: Promise<Built>;
  let server: Built | undefined;
  let files: PackageFiles | undefined;
  let runs: MiniRun[] = [];

  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('only inside a test');
    return value;
  };

  beforeAll(async () => {
    building = build({ platform });
    server = await building;
    const serverUrl = await server.url();
    files = await compileMini({
      source: miniSource,
      nodeModules,
      env: 'test',
      config: testConfig(serverUrl),
    });
    expect(checkFiles(files)).toEqual([]);
  });

  afterAll(async () => {
    await (await building).close();
  });

  afterEach(() => {
    server?.emulator.control.clearFaults();
    const finished = runs;
    runs = [];
    for (const { log } of finished) expect([log.violations, log.errors]).toEqual([[], []]);
  });

  return {
    get server() {
      return ready(server);
    },
    phone(person) {
      const { url } = ready(server).emulator;
      return new Device(platform, async () => {
        const response = await fetch(`${url}/_emulator/auth-codes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ personId: person, platform }),
        });
        return ((await response.json()) as { authCode: string }).authCode;
      });
    },
    start(device, options = {}) {
      const run = new MiniRun(ready(files), device).launch(options);
      runs.push(run);
      return run;
    },
  };
}

/** Calls that have to do with signing in, to the container and to the server. */
export const signInCalls = (run: MiniRun): number =>
  run.count('getAuthCode') +
  run.count('dtBridge') +
  run.requests.filter((line) => line.includes('/auth/')).length;

/** The home page shows the person and the notices. */
export const homeReady = (data: Record<string, unknown>): boolean =>
  data.signedIn === true && data.state === 'ready';
