import { emulatorAuthCode } from '../harness/emulator-codes.ts';
import type { Platform } from '../runtime/device.ts';
import type { ClientChoice, ClientEvent, Screen, Setup } from '../web/setup.ts';
import type { ClientName } from './bridges.ts';
import { type H5Client, startClient } from './client.ts';

const names: Readonly<Record<Platform, Record<Screen, ClientName>>> = {
  dingtalk: { phone: 'dingtalk-android', pc: 'dingtalk-pc' },
  zhezhengding: { phone: 'zhezhengding-mobile', pc: 'zhezhengding-pc' },
};

/** The clients that the page has shown, each started when it is first asked for and kept with its session. */
export class H5Clients {
  private readonly started = new Map<string, Promise<H5Client>>();
  private readonly setup: Setup;
  private readonly host: string;
  private readonly tell: (event: ClientEvent) => void;

  constructor(setup: Setup, host: string, tell: (event: ClientEvent) => void) {
    this.setup = setup;
    this.host = host;
    this.tell = tell;
  }

  /** @returns the address of the app for the client's web view. @throws Error where the platform has no server */
  async open(choice: ClientChoice): Promise<string> {
    const server = this.setup.servers[choice.platform];
    if (server === null) throw new Error(`no server of ${choice.platform}`);
    const key = [choice.platform, choice.person, choice.screen].join();
    const known = this.started.get(key) ?? this.start(choice, server);
    this.started.set(key, known);
    const client = await known;
    client.faults = choice.faults;
    if (choice.anew) client.forget();
    return client.url;
  }

  async close(): Promise<void> {
    for (const client of this.started.values()) await (await client).close();
  }

  private async start({ platform, person, screen }: ClientChoice, server: string): Promise<H5Client> {
    const { emulator } = this.setup;
    const client = await startClient({
      client: names[platform][screen],
      server,
      host: this.host,
      getCode: () =>
        emulator === null
          ? Promise.reject(new Error('no emulator'))
          : emulatorAuthCode({ emulatorUrl: emulator, person }, platform)(),
      onEvent: (event) => this.tell({ client: client.url, event }),
    });
    return client;
  }
}
