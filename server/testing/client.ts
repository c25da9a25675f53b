import type { LoginOutcome } from '../contract/auth.ts';

/** An answer over a real socket. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** @throws the socket's error where no whole answer came. */
export async function call(url: string, options: { token?: string; body?: object } = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const signInWith = (url: string, authCode: string): Promise<Answer> =>
  call(`${url}/api/auth/login`, { body: { authCode } });

/** The session's token of a `signed-in` answer; null for every other answer. */
export function tokenIn({ status, body }: Answer): string | null {
  const outcome = body as unknown as LoginOutcome;
  return status === 200 && outcome.outcome === 'signed-in' ? (outcome.session.token ?? null) : null;
}

/** Waits until `holds`, looking again and again. @throws after `withinMs`. @returns how long it took, in ms. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
  what: string,
): Promise<number> {
  const from = performance.now();
  while (!(await holds())) {
    if (performance.now() - from > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - from;
}
