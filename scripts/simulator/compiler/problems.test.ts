import { appFiles, emptyRoot } from '../harness/testing.ts';
import { compileApp } from './app.ts';
import type { Problem } from './problem.ts';

function problemsOf(template: string, files: Readonly<Record<string, string>> = {}): Problem[] {
  return compileApp(
    emptyRoot,
    appFiles({ 'pages/main/main.axml': template, 'pages/main/main.js': 'Page({ go() {} });', ...files }),
  ).problems;
}

const places = (problems: Problem[]): string[] =>
  problems.map((problem) => `${problem.code} ${problem.file}:${problem.line}:${problem.column}`);

const AXML = 'pages/main/main.axml';

test('sources without mistakes have no problems', () => {
  expect(problemsOf('<view onTap="go" class="a {{b}}">{{c ? "d" : e.f[0]}}</view>')).toEqual([]);
});

test.each([
  ['a tag that is not closed', '<view>\n  <text>甲\n</view>', `unclosed-tag ${AXML}:2:3`],
  ['a tag that is not closed at the end', '<view>\n<view>\n</view>', `unclosed-tag ${AXML}:1:1`],
  ['tags closed in the wrong order', '<view><text>甲</view></text>', `unclosed-tag ${AXML}:1:7`],
  ['a closing tag too many', '<view />\n</view>', `mismatched-tag ${AXML}:2:1`],
  ['an attribute given twice', '<view class="a"\n  class="b" />', `duplicate-attribute ${AXML}:2:3`],
  ['an unknown tag', '<view>\n <vie />\n</view>', `unknown-tag ${AXML}:2:2`],
  ['a tag of HTML', '<div>甲</div>', `unknown-tag ${AXML}:1:1`],
  ['an unknown directive', '<view a:elseif="{{b}}" />', `unknown-directive ${AXML}:1:7`],
  ['a directive of WeChat', '<view wx:if="{{b}}" />', `unknown-directive ${AXML}:1:7`],
  ['an event as WeChat writes it', '<view bindtap="go" />', `unknown-directive ${AXML}:1:7`],
  ['an event in lower case', '<view ontap="go" />', `unknown-directive ${AXML}:1:7`],
  ['a call of a function', '<view>{{ add(1) }}</view>', `function-call ${AXML}:1:10`],
  ['a call of a method', '<view class="{{a.slice(1)}}" />', `function-call ${AXML}:1:16`],
  ['a handler that the page lacks', '<view\n onTap="gone" />', `missing-handler ${AXML}:2:9`],
  ['an expression that does not parse', '<view>{{ a ++ }}</view>', `expression ${AXML}:1:10`],
  ['an empty expression', '<view>{{ }}</view>', `expression ${AXML}:1:9`],
  ['a function in an expression', '<view>{{ () => 1 }}</view>', `expression ${AXML}:1:10`],
  ['an expression that is not closed', '<view class="{{a" />', `syntax ${AXML}:1:14`],
  ['a:else without a:if', '<view />\n<view a:else />', `directive-use ${AXML}:2:1`],
  ['false as a string', '<button disabled="false" />', `string-boolean ${AXML}:1:9`],
  ['a slot on a page', '<slot />', `directive-use ${AXML}:1:1`],
  ['a template without a name', '<template data="{{a}}" />', `directive-use ${AXML}:1:1`],
  ['a missing file', '<import src="./gone.axml" />', `missing-file ${AXML}:1:14`],
  ['a missing SJS module', '<import-sjs name="m" from="./gone.sjs" />', `missing-file ${AXML}:1:28`],
])('%s is reported at its place', (_name, template, expected) => {
  expect(places(problemsOf(template))).toEqual([expected]);
});

test('a mistake in an imported file is reported in that file', () => {
  const problems = problemsOf('<import src="part.axml" /><template is="a" />', {
    'pages/main/part.axml': '<template name="a">\n<vew />\n</template>',
  });
  expect(places(problems)).toEqual(['unknown-tag pages/main/part.axml:2:1']);
});

test('files that include each other are reported, not followed for ever', () => {
  const problems = problemsOf('<include src="a.axml" />', {
    'pages/main/a.axml': '<include src="b.axml" />',
    'pages/main/b.axml': '<include src="a.axml" />',
  });
  expect(places(problems)).toEqual(['directive-use pages/main/b.axml:1:1']);
});

test('every problem says in Chinese what to do', () => {
  const [problem] = problemsOf('<view wx:for="{{a}}" />');
  expect(problem?.hint).toBe('钉钉小程序写作 a:for。');
});

test('methods that cannot be read from the source are not guessed', () => {
  const files = { 'pages/main/main.js': 'const common = {}; Page({ ...common });' };
  expect(problemsOf('<view onTap="gone" />', files)).toEqual([]);
});

test('the handlers of a component are its methods', () => {
  const files = (methods: string): Record<string, string> => ({
    'pages/main/main.json': '{"usingComponents":{"a-row":"/row"}}',
    'row.axml': '<view onTap="go" />',
    'row.js': `Component({ methods: { ${methods} } });`,
  });
  expect(problemsOf('<a-row />', files('go() {}'))).toEqual([]);
  expect(places(problemsOf('<a-row />', files('')))).toEqual(['missing-handler row.axml:1:14']);
});

test.each([
  ['no page script', { 'app.json': '{"pages":["pages/gone/gone"]}' }, 'missing-file app.json:1:1'],
  [
    'JSON that does not parse',
    { 'pages/main/main.json': '{\n"a": 1,\n}' },
    'config pages/main/main.json:3:1',
  ],
  [
    'a tab that is no page',
    { 'app.json': '{"pages":["pages/main/main"],"tabBar":{"items":[{"pagePath":"a"}]}}' },
    'config app.json:1:1',
  ],
  [
    'a missing component',
    { 'pages/main/main.json': '{\n"usingComponents":{"a-b":"/gone"}}' },
    'missing-file pages/main/main.json:2:20',
  ],
])('%s is reported', (_name, files, expected) => {
  expect(places(problemsOf('<view />', files as Record<string, string>))).toContain(expected);
});

test('a package may call methods and bind what it likes', () => {
  const files = { 'pages/main/main.json': '{"usingComponents":{"d-e":"dingui-mini/es/empty/src/index"}}' };
  expect(problemsOf('<d-e />', files)).toEqual([]);
});

test.each([
  ['an attribute selector', 'view[hidden] {}', 'style pages/main/main.acss:1:1'],
  ['a reserved class', '\n.am-list {}', 'style pages/main/main.acss:2:1'],
  ['rem', '.b { margin: 1rem }', 'style pages/main/main.acss:1:6'],
  ['a brace too few', '.b {\n color: red;', 'style pages/main/main.acss:1:1'],
  ['a missing import', '@import "gone.acss";', 'missing-file pages/main/main.acss:1:1'],
])('ACSS: %s is reported', (_name, style, expected) => {
  expect(places(problemsOf('<view />', { 'pages/main/main.acss': style }))).toEqual([expected]);
});
