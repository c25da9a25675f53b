import type { Platform } from '../runtime/device.ts';

/** What the page is told about the processes that `npm run dev` started. Addresses have no slash at the end. */
export interface Setup {
  /** The server for each platform; null where it does not run. */
  servers: Record<Platform, string | null>;
  /** The platforms' emulator; null with real credentials. */
  emulator: string | null;
}

/**
 * Stands for the server's address in the compiled mini program: which server answers is the choice of the page,
 * made after compiling.
 */
export const SERVER_PLACEHOLDER = 'http://server-of-the-chosen-platform.invalid';

/** How the paths below begin. */
export const DEVICE_PATHS = '/__device/';
/** Where the page asks for the {@link Setup}. */
export const SETUP_PATH = '/__device/setup';
/** Where the page hands in the phone's requests. */
export const RELAY_PATH = '/__device/http';

/** Where the page asks for the mistakes (`Problem[]`) of a mini program that does not compile. */
export const PROBLEMS_PATH = '/__device/problems';

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
