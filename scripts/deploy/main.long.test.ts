import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runScript } from '../../server/testing/run-script.ts';
import type { Listing } from '../listing/listing.ts';
import { known } from './testing/listing.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'deploy-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => runScript('scripts/deploy/main.ts', words, { cwd: folder });
const list = (listing: Listing) => writeFile(path.join(folder, 'listing.yaml'), JSON.stringify(listing));

test('npm run deploy:files writes the files from listing.yaml, twice without harm', async () => {
  expect(await run()).toEqual({ code: 1, output: expect.stringContaining('npm run init') });
  // JSON is YAML.
  await list(known);
  expect(await run()).toEqual({ code: 0, output: expect.stringContaining('已写入 deploy/topology.svg') });
  expect((await readdir(path.join(folder, 'deploy'))).sort()).toEqual([
    '.generated.json',
    'env.migrate',
    'env.production',
    'nginx',
    'postgresql',
    'systemd',
    'topology.svg',
  ]);
  await writeFile(path.join(folder, 'deploy', 'topology.svg'), 'mine');
  expect(await run()).toEqual({ code: 0, output: expect.stringContaining('改过，没有覆盖') });
  expect(await run('覆盖')).toEqual({
    code: 0,
    output: expect.stringContaining('已写入 deploy/topology.svg'),
  });
  const instances = known.deployment.instances.slice(0, 1);
  await list({ ...known, deployment: { ...known.deployment, instances } });
  expect(await run()).toEqual({ code: 0, output: expect.stringContaining('注意   instances 只有一个') });
  expect(await run('delete')).toEqual({ code: 1, output: expect.stringContaining('用法') });
});
