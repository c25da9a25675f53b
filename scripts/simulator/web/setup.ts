import type { Faults, Platform } from '../runtime/device.ts';
import type { Level } from '../runtime/mini-console.ts';
import type { PhoneEventInput } from '../runtime/types.ts';

/** The addresses of the processes of `npm run dev`, for the page. They have no slash at the end. */
export interface Setup {
  /** The server for each platform; null where it does not run. */
  servers: Record<Platform, string | null>;
  /** The platforms' emulator; null with real credentials. */
  emulator: string | null;
  /** The app has H5 pages. */
  h5?: boolean;
}

/** Stands for the server's address in the compiled mini program: the page chooses the server later. */
export const SERVER_PLACEHOLDER = 'http://server-of-the-chosen-platform.invalid';

/** How the paths below begin. */
export const DEVICE_PATHS = '/__device/';
/** Path of the {@link Setup}. */
export const SETUP_PATH = '/__device/setup';
/** Path for the phone's requests. */
export const RELAY_PATH = '/__device/http';

/** Path of the mistakes (`Problem[]`) of a mini program that does not compile. */
export const PROBLEMS_PATH = '/__device/problems';

/** Path for messages and errors of the mini program. */
export const SAID_PATH = '/__device/said';

/** Path for a client that shows the H5 pages, and for its faults; see `h5/clients.ts`. */
export const H5_PATH = '/__device/h5';

/** The page with the H5 pages in a client; the phone is on all others. */
export const H5_PAGE = '/h5.html';

/** Custom events of Vite's, which the page listens to with `import.meta.hot.on`. */
export const HOT_EVENTS = {
  /** Templates and styles changed; data: `{units, style}` for `phone.update`. */
  update: 'mini-program:update',
  /** Code, configuration or images changed; data: a whole `BuiltApp` for `phone.replace`. */
  replace: 'mini-program:replace',
  /** The sources have mistakes; data: `Problem[]`. The running app stays. */
  problems: 'mini-program:problems',
  /** The server answers again. */
  serverBack: 'mini-program:server-back',
  /** Something happened in a client that shows the H5 pages; data: `ClientEvent`. */
  h5: 'h5:event',
} as const;

export type Screen = 'phone' | 'pc';

/** The client that the page wants: its person and its faults. */
export interface ClientChoice {
  platform: Platform;
  person: string;
  screen: Screen;
  faults: Faults;
  /** The session is forgotten first. */
  anew: boolean;
}

/** An event in a client; `client` is its address. */
export interface ClientEvent {
  client: string;
  event: PhoneEventInput;
}

export interface Said {
  /** `throw`: an error that nobody caught; else the method of `console`. */
  how: 'throw' | Level;
  message: string;
  stack: string;
}

/** The place of a message. */
export interface Heard {
  /** `pages/home/index.ts:3:14`; null where the stack leads to no source. */
  place: string | null;
  /** That line of the source. */
  line: string | null;
  /** The stack with the places of the sources. */
  stack: string;
}

export interface RelayRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  data: string | null;
  /** Milliseconds. */
  timeout: number;
}

export type RelayAnswer =
  | { ok: true; status: number; headers: Record<string, string>; body: string }
  /** `message` is Chinese. */
  | { ok: false; kind: 'network' | 'timeout' | 'forbidden'; message: string };
