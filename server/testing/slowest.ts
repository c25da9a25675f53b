import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

/** Lists the slowest files at the end of a run, so that a slow test is noticed at once. */
export default class Slowest implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
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
