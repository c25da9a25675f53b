import { bridgeOf, type ClientName } from '../../../../scripts/simulator/h5/bridges.ts';
import type { PersonPage } from './person-page.ts';

export { type ClientName, clients } from '../../../../scripts/simulator/h5/bridges.ts';

/** A call of the page's that reached the native side. */
export interface NativeCall {
  name: string;
  args: Record<string, unknown>;
}

/**
 * Puts a client's bridge into a window, before any page of it loads. What stands beyond the bridge is the
 * client; everything on this side of it is the platform's own library as the page loads it.
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
