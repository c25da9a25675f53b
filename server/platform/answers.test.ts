import fc from 'fast-check';
import { type Reply, raw, rejection } from '../testing/platform-server.ts';
import { apis, goodAnswer, scripted, settingsOf } from '../testing/platforms.ts';
import { runs } from '../testing/runs.ts';
import { createPlatform, memoryTokenStore } from './index.ts';
import { PlatformError } from './platform.ts';
import type { Upstream } from './upstream.ts';

/** Whatever a platform answers, at whichever API: the right kind of error, and never a second call. */

describe.each(apis)('$platform $api', ({ platform: name, api, good, call }) => {
  test('a good answer is read', async () => {
    const { platform, server } = await scripted(name);
    await call(platform);
    expect(server.count(api)).toBe(1);
  });

  test('an answer that no document shows is a fault, and the call is not repeated', async () => {
    const bad: readonly Reply[] = [
      raw(200, '<!DOCTYPE html><title>405</title>', { 'content-type': 'application/json' }),
      raw(200, JSON.stringify(good).slice(0, -2)),
      (response) => response.socket?.resetAndDestroy(),
      {},
      [good],
      raw(200, 'null'),
      raw(200, '"ok"'),
      raw(500, JSON.stringify(good)),
    ];
    const { platform, server } = await scripted(name, { [api]: bad });
    for (const index of bad.keys()) {
      const error = await rejection(call(platform));
      expect(error).toMatchObject({ name: 'PlatformError', kind: 'fault', api });
      expect(server.count(api)).toBe(index + 1);
    }
  });

  test('a missing answer is a time-out, and the call is not repeated', async () => {
    const { platform, server } = await scripted(name, { [api]: [() => {}] }, { timeoutMs: 400 });
    expect(await rejection(call(platform))).toMatchObject({ kind: 'timeout', api });
    expect(server.count(api)).toBe(1);
  });

  test('an answer of any shape is a value, or a PlatformError', async () => {
    let [values, errors] = [0, 0];
    const status = fc.constantFrom(200, 200, 200, 400, 500);
    await fc.assert(
      fc.asyncProperty(answersLike(good), status, async (json, status) => {
        const upstream: Upstream = {
          async call(asked, read) {
            return read(asked.api === api ? { status, json } : { status: 200, json: goodAnswer(asked.api) });
          },
          circuits: () => [],
          async close() {},
          async hangUp() {},
        };
        const config = settingsOf(name, 'http://platform.invalid');
        try {
          await call(createPlatform(config, { upstream, tokenStore: memoryTokenStore() }));
          values += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(PlatformError);
          errors += 1;
        }
      }),
      runs(200),
    );
    // The property reaches both sides.
    expect(Math.min(values, errors)).toBeGreaterThan(2);
  });
});

/** Good answers, any JSON, and good answers of which one part, somewhere, is any JSON or missing. */
function answersLike(good: object): fc.Arbitrary<unknown> {
  const damaged = fc
    .tuple(fc.constantFrom(...placesIn(good)), fc.option(fc.jsonValue({ maxDepth: 2 }), { nil: undefined }))
    .map(([place, value]) => replaced(good, place, value));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(good) },
    { weight: 3, arbitrary: fc.jsonValue() },
    { weight: 6, arbitrary: damaged },
  );
}

function placesIn(value: unknown, at: string[] = []): string[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const deeper = inner.flatMap(([key, part]) => placesIn(part, [...at, key]));
  return at.length === 0 ? deeper : [at, ...deeper];
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (typeof value !== 'object' || value === null) return value;
  const copy: unknown = Array.isArray(value) ? [...value] : { ...value };
  const part: unknown = Reflect.get(value, key);
  Reflect.set(Object(copy), key, replaced(part, rest, by));
  // JSON has no undefined: the field is absent.
  return JSON.parse(JSON.stringify(copy));
}
