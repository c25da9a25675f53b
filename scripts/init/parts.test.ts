import { readdirSync, readFileSync } from 'node:fs';
import { leaveOut, withImplied } from './leave-out.ts';
import { pruneLock } from './lock.ts';
import { marksIn, withoutMarked } from './marks.ts';
import { partNames, parts } from './parts.ts';

/** The parts that this checkout lacks, if it is an app already. */
const { template } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  template?: { without?: string[] };
};
const whole = template?.without === undefined;

test.each([
  [
    'a line, with what is there instead',
    `
  await app.register(outbox); // part: messages
  const lag = await events.lag(); // part: events
  // without events: const lag = 0;
`,
    `
  await app.register(outbox); // part: messages
  const lag = 0;
`,
  ],
  [
    'the statement below, with its comment',
    `
// part: events
/** Of the oldest event. */
test.each([
  ['a', 1],
])('%s', () => {
  first();

  second();
});

next();
`,
    `

next();
`,
  ],
  [
    'one line of a block',
    `
  // part: events
  if (late) return;
  next();
}
`,
    `
  next();
}
`,
  ],
  [
    'an element of a template',
    `
  <!-- part: events -->
  <view
    a:if="{{late}}"
  >
    text
  </view>
  <!-- without events: <view>none</view> -->
  <p>{{ lag }}</p> <!-- part: events -->
`,
    `
  <view>none</view>
`,
  ],
  [
    'a rule of a style sheet',
    `
/* part: events */
.late {
  color: red;
}
.next {
}
`,
    `
.next {
}
`,
  ],
])('what is marked goes with its part: %s', (_what, text, left) => {
  expect(withoutMarked(text, (part) => part === 'events')).toBe(left);
  expect(withoutMarked(text, () => false)).toBe(text);
});

test('every mark in the sources names a part that there is', () => {
  const files = ['mini', 'prisma', 'server'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  );
  const marked = new Set<string>();
  for (const file of files.filter((one) => /\.(?:ts|vue|axml|acss)$/.test(one))) {
    const text = readFileSync(file, 'utf8');
    const marks = marksIn(text);
    const lookingSo = text.match(/(?:\/\/|<!--|\/\*) (?:part|without \w+):/g) ?? [];
    expect([file, marks.length]).toEqual([file, lookingSo.length]);
    for (const mark of marks) marked.add(mark);
  }
  expect(partNames.filter((name) => marked.has(name))).toHaveLength(marked.size);
  if (whole) expect(marked.size).toBe(partNames.length);
});

test('the console takes the H5 pages with it', () => {
  expect(withImplied(['console'])).toEqual(['console', 'h5']);
});

test.runIf(whole)('settings, documents, packages, pages and tabs go with their part', () => {
  const { write } = leaveOut('.', ['console', 'h5', 'events', 'notices']);
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
  const mini = JSON.parse(write.get('mini/app.json') ?? '');
  expect(mini.pages).not.toContain('pages/notices/index');
  expect(mini.pages).toContain('pages/me/index');
  expect(mini.tabBar.items.map(({ name }: { name: string }) => name)).toEqual(['首页', '我的']);
  expect(write.get('mini/pages/home/index.json')).not.toContain('notice-row');
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
