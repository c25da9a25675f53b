import { setTimeout as delay } from 'node:timers/promises';
import { CODE_LIFE } from '../../mini/services/place.ts';
import type { LoginOutcome } from '../contract/auth.ts';

export interface HerdOptions {
  /** The instances; each visit of a person goes to the next one, as a gateway sends it. */
  urls: readonly string[];
  people: number;
  /** The time within which all of them open the app, in milliseconds; 1,000 by default. */
  withinMs?: number;
  /** A fresh auth code of person `n`, from 0. */
  code: (n: number) => string | Promise<string>;
}

export interface HerdResult {
  /** How many are signed in. */
  in: number;
  /** From the first arrival to the last sign-in, in seconds. */
  seconds: number;
  /** Sign-in requests of all, over the wire. */
  visits: number;
  /** Answers that are no outcome, and outcomes that are neither `signed-in` nor `wait`, by what they were. */
  faults: Record<string, number>;
}

/** Plays people who open the app at the same time, over real sockets: they do what the mini program and H5 do. */
export async function playHerd({ urls, people, withinMs = 1000, code }: HerdOptions): Promise<HerdResult> {
  const result: HerdResult = { in: 0, seconds: 0, visits: 0, faults: {} };
  const begin = performance.now();

  async function person(n: number): Promise<void> {
    await delay((n / people) * withinMs);
    let [authCode, codeAt] = [await code(n), performance.now()];
    let place: string | null = null;
    let newCode = false;
    for (;;) {
      if (newCode || performance.now() - codeAt > CODE_LIFE)
        [authCode, codeAt] = [await code(n), performance.now()];
      const url = urls[result.visits % urls.length] ?? '';
      result.visits += 1;
      const answer = await visit(url, { authCode, place });
      if (typeof answer !== 'string' && answer.outcome === 'wait') {
        ({ place, newCode } = answer);
        await delay(answer.retryAfterSeconds * 1000);
        continue;
      }
      if (typeof answer !== 'string' && answer.outcome === 'signed-in') {
        result.in += 1;
        result.seconds = (performance.now() - begin) / 1000;
      } else {
        const what = typeof answer === 'string' ? answer : answer.outcome;
        result.faults[what] = (result.faults[what] ?? 0) + 1;
      }
      return;
    }
  }

  await Promise.all(Array.from({ length: people }, (_, n) => person(n)));
  return result;
}

/** @returns the outcome, or a word for another answer. */
async function visit(url: string, body: object): Promise<LoginOutcome | string> {
  try {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as LoginOutcome | { code: string };
    return 'outcome' in answer ? answer : `${response.status} ${answer.code}`;
  } catch (error) {
    return error instanceof Error ? error.name : 'error';
  }
}

/** Puts people into the line of a server. Their codes are invented, so they are refused in the end. */
export function fillLine(url: string, people: number): Promise<HerdResult> {
  return playHerd({ urls: [url], people, withinMs: 0, code: (n) => `made-up-${n}` });
}
