import { createRequire } from 'node:module';
import { openPage, using } from '../harness/testing.ts';
import { cases, type OracleCase } from './cases.ts';
import { differences } from './differences.ts';
import { loadWechat, toWxml } from './wechat.ts';

const inWechat = loadWechat(createRequire(__filename));

async function here({ template, data = {}, part }: OracleCase): Promise<string> {
  const files: Record<string, string> =
    part === undefined
      ? {}
      : {
          ...using({ 'my-part': '/part' }),
          'part.axml': part,
          'part.js': "Component({ props: { word: '' } });",
        };
  const app = await openPage(template, `data: ${JSON.stringify(data)}`, files);
  const text = app.document.querySelector('.mini-page')?.textContent ?? '';
  app.close();
  return text;
}

/** What WeChat's shows; it throws for what it cannot read. */
function there(example: OracleCase): string {
  try {
    return inWechat(example);
  } catch {
    return '（出错）';
  }
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

test('there are at least 40 cases that both show alike, each with a name of its own', () => {
  expect(cases.length - Object.keys(differences).length).toBeGreaterThanOrEqual(40);
  expect(new Set(cases.map((example) => example.name)).size).toBe(cases.length);
});

test.each(cases.map((example) => [example.name, example] as const))('%s', async (name, example) => {
  const [ours, theirs] = [plain(await here(example)), plain(there(example))];
  // Two that show nothing are no proof of anything.
  expect(ours).not.toBe('');
  const difference = differences[name];
  if (difference)
    expect({ here: ours, there: theirs }).toEqual({ here: difference.here, there: difference.there });
  else expect(ours).toBe(theirs);
});

test('rewriting changes the names of directives alone', () => {
  expect(
    toWxml(
      '<view\n a:if="{{ {b: 1, a: 2} }}" title=" a:if" onTap="a">文 a:if<text a:for=\'{{ l > " a:x" }}\'/></view>',
    ),
  ).toBe(
    '<view\n wx:if="{{ {b: 1, a: 2} }}" title=" a:if" onTap="a">文 a:if<text wx:for=\'{{ l > " a:x" }}\'/></view>',
  );
});

test('every listed difference is a case, and is one', () => {
  const names = cases.map((example) => example.name);
  for (const [name, { here: ours, there: theirs, reason }] of Object.entries(differences)) {
    expect(names).toContain(name);
    expect(ours).not.toBe(theirs);
    expect(reason).not.toBe('');
  }
});
