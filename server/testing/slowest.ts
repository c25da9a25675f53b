import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

/**
 * Ends a run by naming the files that took longest, so that a slow test is seen the same day, and the tests that
 * passed only when they were tried again.
 */
export default class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const retried = tests.filter((test) => test.diagnostic()?.flaky);
    if (retried.length > 0) console.log('\n重试后才通过的测试：');
    for (const test of retried) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    if (modules.length < 2 * shown) return;
    const slowest = modules
      .map((module) => ({ module, ms: module.diagnostic().duration + module.diagnostic().collectDuration }))
      .sort((one, other) => other.ms - one.ms)
      .slice(0, shown);
    console.log('\n最慢的测试文件：');
    for (const { module, ms } of slowest) {
      const seconds = (ms / 1000).toFixed(1).padStart(6);
      console.log(`${seconds} 秒  ${path.relative(module.project.config.root, module.moduleId)}`);
    }
  }
}
