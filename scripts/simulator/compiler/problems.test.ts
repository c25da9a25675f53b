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

test('properties of a component may begin like events do elsewhere', () => {
  expect(problemsOf('<my-part one="1" online="{{a}}" binding="b" catchword="c" />', PART)).toEqual([]);
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

test('a byte order mark is ignored', () => {
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

test('templates that only look wrong are accepted', () => {
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

test('a component of a plugin is told that its code is not here', () => {
  const [problem] = problemsOf('<view />', {
    'pages/main/main.json': '{"usingComponents":{"a-b":"plugin://some/part"}}',
  });
  expect(problem?.hint).toContain('插件的代码不在本项目里');
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
  expect(places(problems)).toEqual(['directive-use pages/main/a.axml:1:1']);
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

test('a package may call methods and bind what it likes', () => {
  const files = { 'pages/main/main.json': '{"usingComponents":{"d-e":"dingui-mini/es/empty/src/index"}}' };
  expect(problemsOf('<d-e />', files)).toEqual([]);
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
  ['a spread', 'const common = {}; Page({ ...common });'],
  ['a computed name', "const name = 'a'; Page({ [name]() {} });"],
  ['a variable', 'const definition = {}; Page(definition);'],
  ['a wrapper', 'const withLogin = (page) => page; Page(withLogin({}));'],
])('methods that cannot be read are not guessed: %s', (_name, script) => {
  expect(problemsOf('<view onTap="gone" />', { 'pages/main/main.js': script })).toEqual([]);
});

test.each([
  ['mixins', 'const common = {}; Component({ mixins: [common], methods: {} });'],
  ['a spread of methods', 'const common = {}; Component({ methods: { ...common } });'],
  ['methods from elsewhere', 'const methods = {}; Component({ methods });'],
])('methods of a component that cannot be read are not guessed: %s', (_name, script) => {
  const files = { ...PART, 'part.axml': '<view onTap="gone" />', 'part.js': script };
  expect(problemsOf('<my-part />', files)).toEqual([]);
});
