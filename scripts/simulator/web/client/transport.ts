import type { Transport } from '../../runtime/device.ts';
import { RELAY_PATH, type RelayAnswer, type RelayRequest } from '../setup.ts';

/** The phone has time-outs of its own; this only ends what nobody waits for. Milliseconds. */
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

/** @throws Error when `npm run dev` itself has ended */
export async function relay(request: RelayRequest, signal?: AbortSignal): Promise<RelayAnswer> {
  const response = await fetch(RELAY_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as RelayAnswer;
}
