import type { PartResult } from './report.ts';

/** Placeholder until integrated below. */
export async function benchSimulator(_say: (line: string) => void): Promise<PartResult | null> {
  return null;
}
