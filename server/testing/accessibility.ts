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
 * Serious and critical faults of accessibility, by axe. The library is loaded through the debugger, so the page's
 * content security policy stays in force.
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
