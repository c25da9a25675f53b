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
const PART = {
  'pages/main/main.json': '{"usingComponents":{"my-part":"/part"}}',
  'part.axml': '<slot />',
  'part.js': 'Component({});',
};

test('sources without mistakes have no problems', () => {
  expect(problemsOf('<view onTap="go" class="a {{b}}">{{c ? "d" : e.f[0]}}</view>')).toEqual([]);
});

test('a broken app.json is one mistake, not also what it makes wrong', () => {
  const broken = { 'app.json': '{\n "pages": ["pages/main/main"],\n}' };
  expect(problemsOf('<view />', broken).map(({ message }) => message)).toEqual(['app.json 不是合法的 JSON']);
});

test('properties of a component may begin like events do elsewhere', () => {
  expect(problemsOf('<my-part one="1" online="{{a}}" binding="b" catchword="c" />', PART)).toEqual([]);
  expect(places(problemsOf('<my-part ontap="go" bindchange="go" bind:mine="go" />', PART))).toEqual([
    `unknown-directive ${AXML}:1:10`,
    `unknown-directive ${AXML}:1:21`,
    `unknown-directive ${AXML}:1:37`,
  ]);
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
  ['a comment that is not closed', '<view>\n <!-- 甲 </view>', `syntax ${AXML}:2:2`],
  [
    'an expression that is not closed in a text',
    '<view>\n  {{ a\n</view>\n<view>{{b}}</view>',
    `syntax ${AXML}:2:3`,
  ],
  ['less than in a text', '<view>\n甲 < 乙</view>', `syntax ${AXML}:2:3`],
  ['a declaration', '<?xml version="1.0"?>\n<view />', `syntax ${AXML}:1:1`],
  ['a value without quotes', '<view class=a>甲</view>', `syntax ${AXML}:1:13`],
  ['an expression without quotes', '<view class={{a}}>甲</view>', `syntax ${AXML}:1:13`],
  ['Chinese quotes', '<view class=“a”>甲</view>', `syntax ${AXML}:1:13`],
  ['a quote too few', '<view class="a>甲</view>\n<view class="b">乙</view>', `syntax ${AXML}:1:13`],
  ['a quote too few at the end', '<view>\n<view class="a>甲</view></view>', `syntax ${AXML}:2:13`],
  [
    'a tag that is not written to its end',
    '<view\n  class="a"\n<text>甲</text></view>',
    `syntax ${AXML}:1:1`,
  ],
  ['the quotes of the attribute inside', `<view class="{{a ? "b" : 'c'}}" />`, `syntax ${AXML}:1:20`],
  ['an event of Vue', '<view @click="go" />', `unknown-directive ${AXML}:1:7`],
  ['a directive of Vue', '<view v-if="a" />', `unknown-directive ${AXML}:1:7`],
  ['a captured event of WeChat', '<view capture-bind:tap="go" />', `unknown-directive ${AXML}:1:7`],
  ['brackets that close what is not open', '<view>{{ a) + (b }}</view>', `expression ${AXML}:1:11`],
  ['Chinese marks in an expression', '<view>{{ a ？ b : c }}</view>', `expression ${AXML}:1:12`],
  ['a condition without braces', '<view a:if="false">甲</view>', `directive-use ${AXML}:1:13`],
  ['a condition without a value', '<view a:if>甲</view>', `directive-use ${AXML}:1:7`],
  ['a list without braces', '<view a:for="list">甲</view>', `directive-use ${AXML}:1:14`],
  ['a condition of a:else', '<view a:if="{{a}}" /><view a:else="{{b}}" />', `directive-use ${AXML}:1:36`],
  ['a name of a loop in braces', '<view a:for="{{l}}" a:for-item="{{x}}" />', `directive-use ${AXML}:1:33`],
  ['a name of a loop without the loop', '<view a:for-index="i" />', `directive-use ${AXML}:1:7`],
  ['a slot whose name is computed', '<my-part><view slot="{{a}}" /></my-part>', `directive-use ${AXML}:1:22`],
  ['a template that nobody defines', '<template is="gone" />', `directive-use ${AXML}:1:15`],
  ['two tags in a template', '<template name="t"><view /><view /></template>', `directive-use ${AXML}:1:28`],
])('%s is reported at its place', (_name, template, expected) => {
  expect(places(problemsOf(template, PART))).toEqual([expected]);
});

test('places are exact after tabs, Chinese characters and Windows line breaks', () => {
  const template =
    '<!-- 说明 -->\r\n\t<view\r\n\t\tdata-x="{一"\r\n\t\tclass="甲\r\n\t{{ f(1) }}" wx:if="{{a}}">中😀<vie />\r\n\t</view>\r\n';
  expect(places(problemsOf(template))).toEqual([
    `function-call ${AXML}:5:5`,
    `unknown-directive ${AXML}:5:14`,
    `unknown-tag ${AXML}:5:31`,
  ]);
});

test('the mark that some editors put before the text counts for nothing', () => {
  const mark = '\uFEFF';
  expect(problemsOf(`${mark}<view />`, { 'pages/main/main.json': `${mark}{}` })).toEqual([]);
  expect(places(problemsOf(`${mark}<vie />`))).toEqual([`unknown-tag ${AXML}:1:1`]);
});

test('all mistakes of a file are reported at once, from its beginning to its end', () => {
  const template =
    '<view onTap="gone">\n<vie wx:if="{{a}}" class="a" class="b">{{ f(1) }}</vie>\n{{ a b }}</view>';
  expect(places(problemsOf(template))).toEqual([
    `missing-handler ${AXML}:1:14`,
    `unknown-tag ${AXML}:2:1`,
    `unknown-directive ${AXML}:2:6`,
    `duplicate-attribute ${AXML}:2:30`,
    `function-call ${AXML}:2:43`,
    `expression ${AXML}:3:6`,
  ]);
});

test('what looks like a mistake and is none', () => {
  const files = { ...PART, 'pages/main/a.axml': '<template name="t"><view /></template>' };
  const template =
    '<import src="a.axml" /><template is="{{name}}" /><template is="t" data="{{{x: 1}}}" />' +
    `<view data-x="{a" class='a > "b"' title="1 < 2">{{ a < b ? "</view>" : '{{' }}</view>` +
    '<template name="u"><view a:if="{{a}}" /><view a:else /></template><template is="u" data="{{\'a-b\': 1}}" />';
  expect(problemsOf(template, files)).toEqual([]);
});

test('Chinese marks are named, with what to write instead', () => {
  const hints = (template: string): unknown => problemsOf(template).map(({ hint }) => hint);
  expect(hints('<view class="{{a，b}}" />')).toEqual(['这里用了中文标点 ，，请切换到英文输入法，写成 ,。']);
  expect(hints('<view class=”a” />')).toEqual(['请切换到英文输入法，写成 " 或 \'。']);
});

test('a handler written as a call is told so', () => {
  expect(problemsOf('<view onTap="go()" />')[0]?.hint).toContain('只写方法名');
});

test('import brings what a file defines, not what it imports itself', () => {
  const files = {
    'pages/main/a.axml': '<import src="b.axml" /><template name="a"><template is="b" /></template>',
    'pages/main/b.axml': '<import src="a.axml" /><template name="b"><view /></template>',
  };
  const uses = (name: string): string[] =>
    places(problemsOf(`<import src="a.axml" /><template is="${name}" />`, files));
  expect(uses('a')).toEqual([]);
  expect(uses('b')).toEqual([`directive-use ${AXML}:1:38`]);
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
  ['no page script', { 'app.json': '{"pages":["pages/gone/gone"]}' }, 'missing-file app.json:1:11'],
  [
    'JSON that does not parse',
    { 'pages/main/main.json': '{\n"a": 1,\n}' },
    'config pages/main/main.json:3:1',
  ],
  [
    'a tab that is no page',
    { 'app.json': '{"pages":["pages/main/main"],"tabBar":{"items":[{"pagePath":"a"}]}}' },
    'config app.json:1:61',
  ],
  ['JSON of another kind', { 'pages/main/main.json': '[]' }, 'config pages/main/main.json:1:1'],
  ['pages that are no texts', { 'app.json': '{"pages":[1]}' }, 'config app.json:1:2'],
  [
    'a page with its extension',
    { 'app.json': '{\n"pages":["pages/main/main", "pages/main/main.axml"]}' },
    'config app.json:2:29',
  ],
  [
    'a page given twice',
    { 'app.json': '{"pages":["pages/main/main","pages/main/main"]}' },
    'config app.json:1:11',
  ],
  [
    'tabs that are no list',
    { 'app.json': '{"pages":["pages/main/main"],\n"tabBar":{"items":{}}}' },
    'config app.json:2:1',
  ],
  [
    'a tab without a page',
    { 'app.json': '{"pages":["pages/main/main"],"tabBar":{"items":[null]}}' },
    'config app.json:1:30',
  ],
  [
    'a component without a path',
    { 'pages/main/main.json': '{"usingComponents":{"a-b":1}}' },
    'config pages/main/main.json:1:21',
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
  ['the second selector', '.b,\r\n.c[d] {}', 'style pages/main/main.acss:2:1'],
  ['a comment of another language', '.b {}\n// 说明\n.c {}', 'style pages/main/main.acss:2:1'],
  ['such a comment inside', '.b {\n // 说明\n color: red }', 'style pages/main/main.acss:2:2'],
  ['a rule in a rule', '.b { .c { color: red } }', 'style pages/main/main.acss:1:6'],
  ['a variable of Sass', '$w: 1px;', 'style pages/main/main.acss:1:1'],
  ['a variable of Less', '@w: 1px;', 'style pages/main/main.acss:1:1'],
  ['a rule that old devices do not know', '@layer a { .b {} }', 'style pages/main/main.acss:1:1'],
  ['a Chinese semicolon', '.b {\n color: red；\n}', 'style pages/main/main.acss:2:2'],
  ['an image by a relative path', '.b { background: url(./b.png) }', 'style pages/main/main.acss:1:6'],
  ['an image that is missing', '.b { background: url("/b.png") }', 'missing-file pages/main/main.acss:1:6'],
])('ACSS: %s is reported', (_name, style, expected) => {
  expect(places(problemsOf('<view />', { 'pages/main/main.acss': style }))).toEqual([expected]);
});

test('ACSS: a mistake in an imported file is reported once, in that file', () => {
  const files = { 'pages/main/main.acss': '@import "a.acss";', 'pages/main/a.acss': '\n.b { width: 1rem }' };
  expect(places(problemsOf('<view />', files))).toEqual(['style pages/main/a.acss:2:6']);
});

test('ACSS: what the parser says in English is said in Chinese, with the mark that is wrong', () => {
  const [problem] = problemsOf('<view />', { 'pages/main/main.acss': '.b {\n color：red;\n}' });
  expect(problem?.message).toBe('样式有语法错误：看不懂这里的写法');
  expect(problem?.hint).toBe('这一行有中文标点 ：，请切换到英文输入法再写。');
});

test('the type of a definition does not hide its methods', () => {
  const lacks = (script: string): string[] =>
    places(problemsOf('<view onTap="gone" />', { 'pages/main/main.ts': script, 'pages/main/main.js': '' }));
  for (const type of ['as unknown', 'satisfies object']) {
    expect(lacks(`Page({ go() {} } ${type});`)).toEqual([`missing-handler ${AXML}:1:14`]);
    expect(lacks(`Page({ gone() {} } ${type});`)).toEqual([]);
  }
});

test.each([
  ['a spread', 'Page({ ...common });'],
  ['a computed name', 'Page({ [name]() {} });'],
  ['a variable', 'Page(definition);'],
  ['a wrapper', 'Page(withLogin({}));'],
])('methods that cannot be read are not guessed: %s', (_name, script) => {
  expect(problemsOf('<view onTap="gone" />', { 'pages/main/main.js': script })).toEqual([]);
});

test.each([
  ['mixins', 'Component({ mixins: [common], methods: {} });'],
  ['a spread of methods', 'Component({ methods: { ...common } });'],
  ['methods from elsewhere', 'Component({ methods });'],
])('methods of a component that cannot be read are not guessed: %s', (_name, script) => {
  const files = { ...PART, 'part.axml': '<view onTap="gone" />', 'part.js': script };
  expect(problemsOf('<my-part />', files)).toEqual([]);
});
