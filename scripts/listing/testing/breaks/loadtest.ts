import type { EndpointResult } from '../../../loadtest/contract.ts';
import { step } from '../live.ts';
import type { Break } from './break.ts';

const asked = (name: string, requests: number): EndpointResult => ({
  name,
  requests,
  successRate: 1,
  meanMs: 21,
  p99Ms: 40,
});

/** What breaks the load test’s report. */
export const loadtestBreaks: readonly Break[] = [
  [
    'a load test of another address',
    (h) => h.writeLoadTest({ address: 'http://127.0.0.1:3000' }),
    { 'loadtest-address': 'fail' },
  ],
  [
    'a load test of 20 connections',
    (h) => h.writeLoadTest({ steps: [step({ connections: 20 })] }),
    { 'loadtest-data': 'unknown', 'loadtest-concurrency': 'fail', 'loadtest-good-enough': 'unknown' },
  ],
  [
    'a load test that was broken off',
    (h) => h.writeLoadTest({ steps: [step({ complete: false })] }),
    { 'loadtest-concurrency': 'fail', 'loadtest-good-enough': 'unknown', 'loadtest-users': 'unknown' },
  ],
  [
    'a load test with too many errors',
    (h) => h.writeLoadTest({ steps: [step({ successRate: 0.9898 })] }),
    { 'loadtest-good-enough': 'fail', 'loadtest-users': 'unknown' },
  ],
  [
    'a load test that is too slow',
    (h) => h.writeLoadTest({ steps: [step({ meanMs: 300 })] }),
    { 'loadtest-good-enough': 'fail', 'loadtest-users': 'unknown' },
  ],
  [
    'a load test of last year',
    (h) => h.writeLoadTest({ startedAt: new Date(Date.now() - 92 * 86_400_000).toISOString() }),
    { 'loadtest-fresh': 'fail' },
  ],
  [
    'a load test whose deciding step was broken off, though a higher one was not',
    (h) => h.writeLoadTest({ steps: [step({ complete: false }), step({ connections: 100 })] }),
    { 'loadtest-concurrency': 'fail', 'loadtest-good-enough': 'unknown' },
  ],
  [
    'a load test of a health page',
    (h) => h.writeLoadTest({ steps: [step({ endpoints: [asked('GET /healthz', 60_000)] })] }),
    { 'loadtest-data': 'fail' },
  ],
  [
    'a load test of a health page of the API, and a little data',
    (h) =>
      h.writeLoadTest({
        steps: [step({ endpoints: [asked('GET /api/healthz', 50_000), asked('GET /api/me', 10_000)] })],
      }),
    { 'loadtest-data': 'fail' },
  ],
  [
    'a load test for a hundredth of the people',
    (h) => {
      h.listing.scope.expectedUsers = 20_000;
    },
    { 'loadtest-users': 'question' },
  ],
  [
    'a load test whose higher steps, which so many people need, are not good enough',
    (h) => {
      h.listing.scope.expectedUsers = 2_000;
      return h.writeLoadTest({ steps: [step(), step({ connections: 100, successRate: 0.5 })] });
    },
    { 'loadtest-users': 'question' },
  ],
];
