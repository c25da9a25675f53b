import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyListing } from './listing.ts';
import { loadListing, parseListing } from './listing-file.ts';

const refusal = (text: string): string => {
  try {
    parseListing(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('was accepted');
};

test('a missing value is not known, whether the value, its section or the whole file is empty', () => {
  expect(parseListing('')).toEqual(emptyListing());
  expect(parseListing('# 只有注释\n')).toEqual(emptyListing());
  expect(parseListing('app:\nscope:\n  permissions:\nanswers:\n')).toEqual(emptyListing());
});

test('given values are kept', () => {
  const listing = parseListing(
    [
      'app:',
      '  name: 工单助手',
      '  forms: [miniprogram, h5]',
      '  pc: false',
      'deployment:',
      '  instances:',
      '    - { host: 10.1.0.11, port: 3001 }',
      'answers:',
      '  offline-agreement: { answer: yes, evidence: evidence/a.jpg }',
      'exceptions:',
      '  domain-owner: { reason: 没有域名, date: 2026-11-24 }',
    ].join('\n'),
  );
  expect(listing.app).toMatchObject({
    name: '工单助手',
    forms: ['miniprogram', 'h5'],
    pc: false,
    platform: null,
  });
  expect(listing.deployment.instances).toEqual([{ host: '10.1.0.11', port: 3001 }]);
  expect(listing.answers['offline-agreement']).toEqual({ answer: 'yes', evidence: 'evidence/a.jpg' });
  expect(listing.exceptions['domain-owner']).toMatchObject({
    reason: '没有域名',
    date: '2026-11-24',
  });
});

test.each<[string, string, RegExp]>([
  ['a name that does not exist', 'app:\n  name: 甲\n  nmae: 乙\n', /第 3 行 app\.nmae：没有这一项/],
  [
    'a value of another kind',
    'scope:\n  expectedUsers: 很多\n',
    /第 2 行 scope\.expectedUsers：应为预计使用人数，例如 300/,
  ],
  [
    'a value that is not on the list',
    'app:\n  platform: wechat\n',
    /第 2 行 app\.platform：应为平台，例如 "zhezhengding"/,
  ],
  [
    'an address with its scheme',
    'domain:\n  name: https://a.gov.cn\n',
    /第 2 行 domain\.name：应为应用域名（不带 https/,
  ],
  [
    'a port that is none',
    'deployment:\n  database:\n    - { host: a, port: 99999 }\n',
    /第 3 行 deployment\.database\.0\.port/,
  ],
  [
    'an answer of another kind',
    'answers:\n  some-rule: { answer: 也许 }\n',
    /第 2 行 answers\.some-rule\.answer/,
  ],
  ['no YAML', 'app:\n  name: [甲\n', /第 \d 行不是正确的 YAML/],
  ['a list instead of sections', '- app\n', /写错的地方/],
])('%s is named with its line', (_, text, expected) => {
  expect(refusal(text)).toMatch(expected);
  expect(refusal(text)).toContain('listing.yaml');
});

test('a file that is not there is made by npm run init', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'listing-'));
  await expect(loadListing(path.join(folder, 'listing.yaml'))).rejects.toThrow(/npm run init/);
  await writeFile(path.join(folder, 'listing.yaml'), 'app: { name: 甲 }\n');
  expect((await loadListing(path.join(folder, 'listing.yaml'))).app.name).toBe('甲');
  await rm(folder, { recursive: true });
});
