import { readFileSync } from 'node:fs';
import { leaveOut, withImplied } from './leave-out.ts';
import { pruneLock } from './lock.ts';
import { type PartName, partNames, parts } from './parts.ts';

/** What this checkout has been made without, if it is an app already. */
const { template } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  template?: { without?: string[] };
};
const present = partNames.filter((name) => !template?.without?.includes(name));

const combinations = Array.from({ length: 2 ** present.length }, (_, bits) =>
  withImplied(present.filter((_name, at) => bits & (1 << at))),
).filter((names) => names.length > 0);

test.runIf(present.length === partNames.length).each(combinations.map((names) => [names.join(','), names]))(
  'without %s every place that has to change is found',
  (_, names) => {
    const { remove, write } = leaveOut('.', names as PartName[]);
    expect(remove.length).toBeGreaterThan(0);
    expect(write.size).toBeGreaterThan(0);
  },
);

test('the console takes the H5 pages with it', () => {
  expect(withImplied(['console'])).toEqual(['console', 'h5']);
});

test.runIf(present.length === partNames.length)('settings, documents and packages go with their part', () => {
  const { write } = leaveOut('.', ['console', 'h5', 'events']);
  const example = write.get('.env.example') ?? '';
  for (const name of [...(parts.console.variables ?? []), ...(parts.events.variables ?? [])]) {
    expect([name, example.includes(name)]).toEqual([name, false]);
    expect([name, write.get('docs/settings.md')?.includes(`\`${name}\``)]).toEqual([name, false]);
  }
  expect(example).not.toContain('稳定性平台');
  expect(example).toContain('PUBLIC_ORIGIN=');
  expect(write.get('README.md')).not.toContain('(docs/events.md)');
  const lock = JSON.parse(write.get('package-lock.json') ?? '') as { packages: Record<string, object> };
  expect(lock.packages).not.toHaveProperty('node_modules/tdesign-vue-next');
  expect(lock.packages).toHaveProperty('node_modules/fastify');
});

test('a lock file keeps whatever something that stays needs', () => {
  const lock = {
    packages: {
      '': { dependencies: { gone: '1', kept: '1' }, workspaces: ['tools'] },
      'node_modules/gone': { dependencies: { shared: '1', alone: '1' } },
      'node_modules/kept': { dependencies: { shared: '2' } },
      'node_modules/kept/node_modules/shared': {},
      'node_modules/shared': {},
      'node_modules/alone': {},
      'node_modules/tools': { link: true, resolved: 'tools' },
      tools: { devDependencies: { tool: '1' } },
      'node_modules/tool': {},
    },
  };
  const { packages } = JSON.parse(pruneLock(JSON.stringify(lock), ['gone'])) as typeof lock;
  expect(Object.keys(packages)).toEqual([
    '',
    'node_modules/kept',
    'node_modules/kept/node_modules/shared',
    'node_modules/tools',
    'tools',
    'node_modules/tool',
  ]);
});
