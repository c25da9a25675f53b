import { runRules } from '../check/run.ts';
import { deploymentBreaks } from '../testing/breaks/deployment.ts';
import { httpsBreaks } from '../testing/breaks/https.ts';
import { loadtestBreaks } from '../testing/breaks/loadtest.ts';
import { organisationsBreaks } from '../testing/breaks/organisations.ts';
import { serviceBreaks } from '../testing/breaks/service.ts';
import { type Live, live, liveRules, openLive, restore } from '../testing/live.ts';

/**
 * The rules that ask the network, against the real server behind a gateway with real certificates: all of them are
 * met, then one thing at a time is broken (`testing/breaks`), and exactly the rule that is about it fails.
 */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let h: Live;
beforeAll(async () => {
  h = await openLive();
});
afterAll(async () => {
  await h?.system.close();
  await h?.project.remove();
});
beforeEach(() => restore(h));

test('all of them are met by the whole system', async () => {
  expect(await h.broken()).toEqual({});
});

test('each says what it saw', async () => {
  const { results } = await runRules(liveRules(), h.context());
  for (const { id, state, detail } of results) {
    expect([id, state]).toEqual([id, 'pass']);
    expect(detail).toMatch(/[\u4e00-\u9fff]/);
  }
  expect(JSON.stringify(results)).not.toContain('secret');
});

const breaks = [
  ...httpsBreaks,
  ...deploymentBreaks,
  ...serviceBreaks,
  ...loadtestBreaks,
  ...organisationsBreaks,
];

test.each(breaks)('%s', async (_name, wreck, expected) => {
  await wreck(h);
  expect(await h.broken()).toEqual(expected);
});

test('every rule of the network has been broken', () => {
  const seen = new Set(breaks.flatMap(([, , expected]) => Object.keys(expected)));
  const alone = ['domain-is-name', 'domain-resolves', 'https-only'];
  expect(live.filter((id) => !seen.has(id))).toEqual(alone);
});
