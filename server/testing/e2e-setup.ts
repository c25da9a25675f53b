import { launchBrowser, NoBrowser } from './browser.ts';

/**
 * Looks for a browser once, before all tests. Without one, a developer's run skips the tests and says so; CI fails,
 * because a skipped check would hide faults.
 */
export default async function setup(): Promise<void> {
  try {
    await (await launchBrowser()).close();
  } catch (error) {
    if (!(error instanceof NoBrowser) || process.env.CI) throw error;
    console.warn(`\n⚠️  跳过浏览器测试。${error.message}\n`);
    process.env.E2E_WITHOUT_BROWSER = '1';
  }
}
