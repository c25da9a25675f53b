import { emulatorAuthCode } from '../harness/emulator-codes.ts';
import type { Faults, Platform } from '../runtime/device.ts';
import type { PhoneEventInput } from '../runtime/types.ts';
import type { Setup } from '../web/setup.ts';
import type { ClientName } from './bridges.ts';
import { type H5Client, startClient } from './client.ts';

export type Screen = 'phone' | 'pc';

/** What the page asks for: whose client it shows, and what goes wrong in it. */
export interface ClientChoice {
  platform: Platform;
  person: string;
  screen: Screen;
  faults: Faults;
  /** The session is forgotten first. */
  anew: boolean;
}

/** What happened in a client; `client` is its address. */
export interface ClientEvent {
  client: string;
  event: PhoneEventInput;
}

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

  /** @returns the address of the app for the client's web view; undefined when the choice is not valid */
  async open(asked: unknown): Promise<string | undefined> {
    const choice = asChoice(asked);
    const server = choice && this.setup.servers[choice.platform];
    if (!choice || !server) return undefined;
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

/** The choice that the page has sent; undefined when it is not valid. */
function asChoice(value: unknown): ClientChoice | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { platform, person, screen, faults, anew } = value as Partial<Record<keyof ClientChoice, unknown>>;
  if (platform !== 'dingtalk' && platform !== 'zhezhengding') return undefined;
  if (typeof person !== 'string' || (screen !== 'phone' && screen !== 'pc')) return undefined;
  if (typeof faults !== 'object' || faults === null) return undefined;
  return { platform, person, screen, faults, anew: anew === true };
}
