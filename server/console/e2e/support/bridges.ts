import { bridgeOf, type ClientName } from '../../../../scripts/simulator/h5/bridges.ts';
import type { PersonPage } from './person-page.ts';

export { type ClientName, clients } from '../../../../scripts/simulator/h5/bridges.ts';

/** A call of the page to the client. */
export interface NativeCall {
  name: string;
  args: Record<string, unknown>;
}

/**
 * Puts a client's bridge into a window before any page loads. The bridge stands for the client; the page uses the
 * platform's real library.
 *
 * @param code gives the code of each call; null: the client refuses; `'silence'`: it never answers.
 * @returns the calls that the bridge has seen.
 */
export async function putBridge(
  person: PersonPage,
  client: ClientName,
  code: (call: number) => Promise<string | null | 'silence'>,
): Promise<NativeCall[]> {
  const calls: NativeCall[] = [];
  await person.page.exposeFunction('nativeCode', async (name: string, args: string) => {
    calls.push({ name, args: JSON.parse(args) as Record<string, unknown> });
    const answer = await code(calls.length);
    return answer === 'silence' ? new Promise(() => {}) : answer;
  });
  await person.page.addInitScript(bridgeOf, client);
  return calls;
}
