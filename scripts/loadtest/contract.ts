import type { Machine } from '../report/machine.ts';

/** Where `npm run loadtest` leaves its reports; git ignores the folder. */
export const reportFolder = 'listing/loadtest';
export const reportFiles = {
  json: 'report.json',
  html: '压测报告.html',
  docx: '压测报告.docx',
} as const;

/**
 * What the listing asks of an app under load. The 浙政钉 guide gives the concurrency (「压测的并发量原则不低于 50」);
 * the other two are the bars of DingTalk's self-check of apps (钉钉应用质量自检).
 */
export const bars = { successRate: 0.9899, meanMs: 300, connections: 50 } as const;

/** How a request failed. */
export type ErrorKind =
  | 'timeout'
  | 'reset'
  | 'refused'
  | 'closed'
  | 'wrong-answer'
  | 'connection'
  | `http-${number}`;

/** One second of a step. */
export interface Sample {
  /** From the start of the step, 0 for the first. */
  second: number;
  /** Requests that ended in it, well or badly. */
  requests: number;
  errors: number;
  /** Of the good answers; null in a second without any. */
  meanMs: number | null;
  p99Ms: number | null;
}

export interface Latency {
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

export interface EndpointResult {
  /** e.g. `GET /api/me`. */
  name: string;
  requests: number;
  successRate: number;
  meanMs: number;
  p99Ms: number;
  /** Whether its answers hold data: false for `/api/me` and for an empty list; absent in older reports. */
  data?: boolean;
}

export interface LoadTestStep extends Latency {
  connections: number;
  /** How long it really ran. */
  seconds: number;
  /** False where it was broken off. */
  complete: boolean;
  /** Requests that ended, well or badly; those in flight at the end are left out. */
  requests: number;
  /** 0 to 1; 0 where nothing ended. */
  successRate: number;
  /** Good answers a second. */
  requestsPerSecond: number;
  errors: Partial<Record<ErrorKind, number>>;
  endpoints: EndpointResult[];
  samples: Sample[];
  /** 0 to 1: how busy the generator was. Near 1, the figures measure the generator. */
  generatorBusy: number;
}

export interface Verdict {
  /** Whether the bars are met, by a step of enough concurrency that ran to its end. */
  passed: boolean;
  /** Chinese: why not, one by one; empty where passed. */
  reasons: string[];
}

/** `report.json`. */
export interface LoadTestReport {
  /** The tested origin, with the path that the app stands under, if any. */
  address: string;
  /** The configured domain of the app, with which `address` must agree for a listing; null where none is known. */
  appDomain: string | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  /** Whether it was stopped before its end. */
  partial: boolean;
  /** The generator's. */
  machine: Machine;
  /** Whether the app ran on the same machine. */
  sameMachine: boolean;
  /** How long the longest wait for an answer was. */
  timeoutSeconds: number;
  warmUpSeconds: number;
  sessions: number;
  steps: LoadTestStep[];
  verdict: Verdict;
  /** Chinese: what a reader of the figures must know. */
  notes: string[];
}

/** Whether the address is the app's own, as the guide wants it (「压测的 URL 需要跟应用域名地址保持一致」). */
export function isOwnDomain({ address, appDomain }: Pick<LoadTestReport, 'address' | 'appDomain'>): boolean {
  return appDomain !== null && new URL(address).hostname === appDomain.toLowerCase();
}
