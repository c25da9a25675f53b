/** For tests with the built scripts on a phone, the real server and the emulated platform. */

import { type BuiltApp, buildProjectApp, emulatorAuthCode } from '../../scripts/simulator/index.ts';
import { type Built, build } from '../../server/testing/build.ts';
import { type LaunchOptions, MiniRun, TestPhone } from './phone.ts';

export interface Journey {
  /** The running server; from `beforeAll` on. */
  readonly server: Built;
  /** A phone whose codes come from the emulator's control API, over its socket. */
  phone(person: string): TestPhone;
  /** Launches the mini program. A logged error, or one that nobody caught, fails the test. */
  start(phone: TestPhone, options?: LaunchOptions): MiniRun;
}

/** Registers the hooks that start a server for the tests of the file, and end it. */
export function prepareJourney(): Journey {
  let server: Built;
  let app: BuiltApp;

  beforeAll(async () => {
    server = await build();
    app = await buildProjectApp(await server.url());
  });
  afterAll(() => server?.close());
  afterEach(() => server.emulator.control.clearFaults());

  return {
    get server() {
      return server;
    },
    phone: (person) =>
      new TestPhone('dingtalk', emulatorAuthCode({ emulatorUrl: server.emulator.url, person }, 'dingtalk')),
    start: (phone, options) => new MiniRun(app, phone, options),
  };
}

/** Calls that have to do with signing in, to the container and to the server. */
export const signInCalls = (run: MiniRun): number =>
  run.count('getAuthCode') +
  run.count('dtBridge') +
  run.requests.filter((line) => line.includes('/auth/')).length;

/** The home page shows the person and its content. */
export const homeReady = (data: Record<string, unknown>): boolean =>
  data.signedIn === true && data.state === 'ready';
