import type { Transport } from '../../runtime/device.ts';
import {
  type ClientChoice,
  H5_PATH,
  type Heard,
  RELAY_PATH,
  type RelayAnswer,
  type RelayRequest,
  SAID_PATH,
  type Said,
} from '../setup.ts';

/** The phone has time-outs of its own; this one ends requests that nobody waits for. Milliseconds. */
const LIMIT_MS = 60_000;

export interface TransportWatch {
  /** A request with a session token went out. */
  onToken(token: string): void;
  /** There was no answer; `message` is Chinese and says why. */
  onFailure(message: string): void;
}

/** Hands the phone's requests to Node; see `relay.ts`. */
export function relayTransport(watch: TransportWatch): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (token) watch.onToken(token);
    const answer = await relay({ url, method, headers, data: body ?? null, timeout: LIMIT_MS }, signal);
    if (!answer.ok) {
      watch.onFailure(answer.message);
      throw new Error(answer.message);
    }
    return { status: answer.status, headers: answer.headers, text: answer.body };
  };
}

/** Tells the terminal. @returns where it was said; undefined when `npm run dev` has ended */
export const tell = (said: Said): Promise<Heard | undefined> =>
  post<Heard>(SAID_PATH, said).catch(() => undefined);

/** @returns where the client's web view finds the app. @throws Error when `npm run dev` has ended */
export const openClient = (choice: ClientChoice): Promise<string> => post(H5_PATH, choice);

/** @throws Error when `npm run dev` itself has ended */
export const relay = (request: RelayRequest, signal?: AbortSignal): Promise<RelayAnswer> =>
  post(RELAY_PATH, request, signal);

async function post<T>(path: string, body: object, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as T;
}
