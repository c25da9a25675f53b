import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT } from './child.ts';

declare global {
  interface Window {
    axe?: {
      run(
        context: unknown,
        options: unknown,
      ): Promise<{
        violations: { id: string; impact: string | null; help: string; nodes: { html: string }[] }[];
      }>;
    };
  }
}

/**
 * What keeps people with poor sight or without a mouse out, by axe: faults that it calls serious or critical.
 * The library goes around the page's policy by the debugger, so the policy stays in force.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const source = await readFile(
    createRequire(path.join(PROJECT, 'package.json')).resolve('axe-core/axe.min.js'),
    'utf8',
  );
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const options = { resultTypes: ['violations'] };
    return (await window.axe?.run(document, options))?.violations ?? null;
  });
  if (violations === null) throw new Error('axe has not run');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}\n  ${html.slice(0, 300)}`));
}
