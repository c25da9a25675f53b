/**
 * `npm run lint`: style and mistakes (Biome), the doors between the rooms (dependency-cruiser), then types, of
 * everything; all findings before it fails.
 */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly string[])[] = [
  ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'mini', 'server', 'prisma', 'scripts'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.mini.json'],
  ['node_modules/typescript/bin/tsc', '-p', 'scripts/simulator/tsconfig.json'],
  ['node_modules/typescript/bin/tsc', '-p', 'scripts/simulator/web/tsconfig.json'],
  ['node_modules/vue-tsc/bin/vue-tsc.js', '-p', 'server/console/tsconfig.json'],
  ['node_modules/vue-tsc/bin/vue-tsc.js', '-p', 'server/console/app/tsconfig.json'],
];

const failed = steps.filter((step) => spawnSync(process.execPath, step, { stdio: 'inherit' }).status !== 0);
process.exit(failed.length === 0 ? 0 : 1);
