/** A small template that both readings of the language must show alike. */
export interface OracleCase {
  name: string;
  template: string;
  data?: Readonly<Record<string, unknown>>;
  /** Template of the component `<my-part>`; its property is `word`. */
  part?: string;
}

/** `<view>{{`x${a}`}}</view>`, written so that it is no template literal of this file. */
const LITERAL = ['<view>{{`x$', '{a}`}}</view>'].join('');

const list = [
  { id: 'a', name: '甲', tags: ['x', 'y'] },
  { id: 'b', name: '乙', tags: [] },
  { id: 'c', name: '丙', tags: ['z'] },
];

export const cases: readonly OracleCase[] = [
  { name: 'text', template: '<view>你好</view>' },
  { name: 'a field', template: '<view>{{name}}</view>', data: { name: '张三' } },
  { name: 'text around a field', template: '<view>您好，{{name}}！</view>', data: { name: '张三' } },
  { name: 'two fields', template: '<view>{{a}}{{b}}</view>', data: { a: 'x', b: 'y' } },
  { name: 'a number', template: '<view>{{n}}</view>', data: { n: 0 } },
  { name: 'true and false', template: '<view>{{t}} {{f}}</view>', data: { t: true, f: false } },
  { name: 'an undefined field', template: '<view>[{{nothing}}]</view>' },
  { name: 'a null field', template: '<view>[{{n}}]</view>', data: { n: null } },
  { name: 'a member', template: '<view>{{user.name}}</view>', data: { user: { name: '李四' } } },
  { name: 'a deep member', template: '<view>{{a.b.c}}</view>', data: { a: { b: { c: 1 } } } },
  { name: 'a member of undefined', template: '<view>[{{a.b}}]</view>' },
  { name: 'a member of a member of undefined', template: '<view>[{{a.b.c}}]</view>' },
  { name: 'an index', template: '<view>{{l[1]}}</view>', data: { l: ['a', 'b'] } },
  { name: 'an index from data', template: '<view>{{l[i]}}</view>', data: { l: ['a', 'b'], i: 1 } },
  { name: 'a key from data', template: '<view>{{o[k]}}</view>', data: { o: { x: 9 }, k: 'x' } },
  { name: 'the length of a list', template: '<view>{{l.length}}</view>', data: { l: [1, 2, 3] } },
  { name: 'a list as text', template: '<view>{{l}}</view>', data: { l: [1, 2] } },
  { name: 'a sum', template: '<view>{{a + b}}</view>', data: { a: 1, b: 2 } },
  { name: 'precedence', template: '<view>{{a + b * 2}} {{(a + b) * 2}}</view>', data: { a: 1, b: 2 } },
  { name: 'strings put together', template: "<view>{{'x' + a + 'y'}}</view>", data: { a: 1 } },
  {
    name: 'subtraction and division',
    template: '<view>{{a - b}} {{a / b}} {{a % b}}</view>',
    data: { a: 7, b: 2 },
  },
  { name: 'a condition', template: "<view>{{on ? '开' : '关'}}</view>", data: { on: true } },
  {
    name: 'nested conditions',
    template: "<view>{{a ? '甲' : b ? '乙' : '丙'}}</view>",
    data: { a: 0, b: 1 },
  },
  {
    name: 'comparisons',
    template: '<view>{{a > b}} {{a === 1}} {{a !== 1}}</view>',
    data: { a: 1, b: 2 },
  },
  { name: 'less than in a text', template: '<view>{{a < b}}</view>', data: { a: 1, b: 2 } },
  {
    name: 'less than in an attribute',
    template: '<view a:if="{{a <= b}}">小</view>',
    data: { a: 1, b: 2 },
  },
  { name: 'loose equality', template: "<view>{{a == '1'}}</view>", data: { a: 1 } },
  { name: 'and, or, not', template: "<view>{{a && 'x'}} {{b || 'y'}} {{!b}}</view>", data: { a: 1, b: 0 } },
  { name: 'a negative number', template: '<view>{{-a}}</view>', data: { a: 3 } },
  { name: 'a string with double quotes', template: '<view>{{"甲"}}</view>' },
  {
    name: 'if',
    template: '<view a:if="{{on}}">有</view><view a:if="{{off}}">无</view>',
    data: { on: 1, off: 0 },
  },
  {
    name: 'if and else',
    template: '<view a:if="{{on}}">有</view><view a:else>无</view>',
    data: { on: false },
  },
  {
    name: 'if, elif, else',
    template: '<view a:if="{{n > 2}}">大</view><view a:elif="{{n > 1}}">中</view><view a:else>小</view>',
    data: { n: 2 },
  },
  {
    name: 'if on an empty string',
    template: '<view a:if="{{s}}">有</view><view a:else>空</view>',
    data: { s: '' },
  },
  {
    name: 'if on an empty list',
    template: '<view a:if="{{l.length}}">有</view><view a:else>空</view>',
    data: { l: [] },
  },
  {
    name: 'if inside if',
    template: '<view a:if="{{a}}"><text a:if="{{b}}">里</text><text a:else>外</text></view>',
    data: { a: 1, b: 0 },
  },
  { name: 'a block', template: '<block><text>一</text><text>二</text></block>' },
  {
    name: 'a block with if',
    template: '<block a:if="{{on}}"><text>一</text><text>二</text></block>',
    data: { on: true },
  },
  {
    name: 'for',
    template: '<view a:for="{{list}}" a:key="id">{{index}}{{item.name}}</view>',
    data: { list },
  },
  {
    name: 'for over an empty list',
    template: '<view a:for="{{list}}">{{item}}</view><view>完</view>',
    data: { list: [] },
  },
  {
    name: 'for with names',
    template: '<view a:for="{{list}}" a:for-item="row" a:for-index="n" a:key="id">{{n}}{{row.name}}</view>',
    data: { list },
  },
  {
    name: 'for over strings',
    template: '<text a:for="{{l}}" a:key="*this">{{item}}</text>',
    data: { l: ['x', 'y'] },
  },
  {
    name: 'for in a block',
    template: '<block a:for="{{list}}" a:key="id"><text>{{item.id}}</text><text>{{item.name}}</text></block>',
    data: { list },
  },
  {
    name: 'for inside for',
    template:
      '<view a:for="{{list}}" a:key="id">{{item.name}}<text a:for="{{item.tags}}" a:for-item="tag" a:key="*this">{{tag}}</text></view>',
    data: { list },
  },
  {
    name: 'if inside for',
    template:
      '<view a:for="{{list}}" a:key="id"><text a:if="{{item.tags.length > 0}}">{{item.name}}</text></view>',
    data: { list },
  },
  {
    name: 'an outer name inside for',
    template: '<view a:for="{{list}}" a:key="id">{{title}}{{item.name}}</view>',
    data: { list, title: '第' },
  },
  {
    name: 'the index in a sum',
    template: '<text a:for="{{l}}" a:key="*this">{{index + 1}}{{item}}</text>',
    data: { l: ['x', 'y'] },
  },
  {
    name: 'for over a number of the template',
    template: '<text a:for="{{[1, 2, 3]}}" a:key="*this">{{item}}</text>',
  },
  { name: 'text in text', template: '<text>一<text>二</text></text>' },
  { name: 'text in Chinese with marks', template: '<view>“引号”、《书名》……</view>' },
  { name: 'a comment', template: '<view>前<!-- 看不见 -->后</view>' },
  { name: 'a component', template: '<my-part />', part: '<view>部分</view>' },
  {
    name: 'a component with a property',
    template: '<my-part word="{{w}}" />',
    part: '<view>[{{word}}]</view>',
    data: { w: '词' },
  },
  {
    name: 'components in a loop',
    template: '<my-part a:for="{{l}}" a:key="*this" word="{{item}}" />',
    part: '<view>[{{word}}]</view>',
    data: { l: ['a', 'b'] },
  },
  { name: 'a slot', template: '<my-part>内容</my-part>', part: '<view>前<slot></slot>后</view>' },
  {
    name: 'a slot with names of the page',
    template: '<my-part><text>{{w}}</text></my-part>',
    part: '<view><slot></slot></view>',
    data: { w: '词' },
  },
  {
    name: 'a slot in a loop of the page',
    template: '<my-part a:for="{{l}}" a:key="*this"><text>{{item}}</text></my-part>',
    part: '<view>[<slot></slot>]</view>',
    data: { l: ['a', 'b'] },
  },
  {
    name: 'a component under if',
    template: '<my-part a:if="{{off}}" word="a" /><my-part a:else word="b" />',
    part: '<view>{{word}}</view>',
    data: { off: false },
  },
  { name: 'for over a string', template: '<text a:for="{{s}}">{{item}};</text>', data: { s: 'ab' } },
  { name: 'for over null', template: '<text a:for="{{n}}">{{item}}</text>完', data: { n: null } },
  {
    name: 'for over an object',
    template: '<text a:for="{{o}}">{{index}}={{item}};</text>',
    data: { o: { x: 1, y: 2 } },
  },
  { name: 'for over a number', template: '<text a:for="{{3}}">{{item}}</text>' },
  {
    name: 'for inside for with the same names',
    template: '<view a:for="{{l}}"><text a:for="{{item}}">{{item}}{{index}};</text></view>',
    data: { l: [['a'], ['b', 'c']] },
  },
  {
    name: 'the outer index inside the inner for',
    template:
      '<view a:for="{{l}}" a:for-index="i"><text a:for="{{item}}" a:for-item="x">{{i}}{{index}}{{x}};</text></view>',
    data: { l: [['a'], ['b', 'c']] },
  },
  {
    name: 'for and if on one tag',
    template: '<text a:for="{{l}}" a:if="{{item > 1}}">{{item}}</text>',
    data: { l: [1, 2, 3] },
  },
  {
    name: 'if and else inside for',
    template:
      '<block a:for="{{l}}" a:key="*this"><text a:if="{{index % 2}}">{{item}}</text><text a:else>-</text></block>',
    data: { l: ['a', 'b', 'c'] },
  },
  {
    name: 'a key that no item has',
    template: '<text a:for="{{l}}" a:key="gone">{{item.id}}</text>',
    data: { l: [{ id: 1 }, { id: 2 }] },
  },
  {
    name: 'two items with one key',
    template: '<text a:for="{{l}}" a:key="id">{{item.id}}</text>',
    data: { l: [{ id: 1 }, { id: 1 }] },
  },
  {
    name: 'else behind a comment',
    template: '<view a:if="{{on}}">有</view>\n<!-- 说明 -->\n<view a:else>无</view>',
  },
  {
    name: 'blocks with elif and else',
    template:
      '<block a:if="{{a}}"><text>1</text></block><block a:elif="{{b}}">2</block><block a:else><text>3</text><text>4</text></block>',
  },
  {
    name: 'a value in single quotes',
    template: '<view a:if=\'{{a == "x"}}\'>甲</view><view a:else>乙</view>',
    data: { a: 'x' },
  },
  {
    name: 'greater than in a value',
    template: '<view class="{{a > b ? 1 : 2}}">{{a > b}}</view>',
    data: { a: 1, b: 2 },
  },
  {
    name: 'an expression over several lines',
    template: '<view>{{\n a\n ? "x"\n : "y"\n}}</view>',
    data: { a: 1 },
  },
  { name: 'line breaks of Windows', template: '<view\r\n class="a">\r\n甲\r\n</view>\r\n' },
  { name: 'a brace in a string', template: "<view>{{ '}' }}</view>" },
  { name: 'an entity, which is no mark here', template: '<view>甲 &lt; 乙 &amp; 丙</view>' },
  { name: 'a list of the template', template: '<view>{{ [a, 2][0] }}</view>', data: { a: 7 } },
  { name: 'an object of the template', template: '<view>{{ {x: a}.x }}</view>', data: { a: 7 } },
  { name: 'an object as text', template: '<view>{{o}}</view>', data: { o: { a: 1 } } },
  { name: 'numbers', template: '<view>{{ 1.5 + .5 }} {{ -1 }} {{ 1e3 }}</view>' },
  { name: 'undefined in a sum', template: '<view>{{nothing + "x"}} {{!nothing}} {{nothing || "无"}}</view>' },
  { name: 'what is no number', template: '<view>{{a / 0}} {{a * "x"}}</view>', data: { a: 1 } },
  { name: 'an empty string between marks', template: "<view>[{{''}}]</view>" },
  { name: 'hidden, which is there all the same', template: '<view hidden="{{true}}">藏</view>露' },
  { name: 'a template literal', template: LITERAL, data: { a: 1 } },
  {
    name: 'a template',
    template: '<template name="t"><view>{{a}}{{b}}</view></template><template is="t" data="{{a: 1, b}}" />',
    data: { b: 2 },
  },
  {
    name: 'an object as a property',
    template: '<my-part word="{{o}}" />',
    part: '<view>{{word.a.b}}</view>',
    data: { o: { a: { b: 5 } } },
  },
  {
    name: 'a list as a property',
    template: '<my-part word="{{l}}" />',
    part: '<text a:for="{{word}}" a:key="*this">{{item}};</text>',
    data: { l: ['x', 'y'] },
  },
  {
    name: 'a property put together',
    template: '<my-part word="a{{x}}b{{nothing}}" />',
    part: '<view>{{word}}</view>',
    data: { x: 1 },
  },
  {
    name: 'a component knows no names of the page',
    template: '<my-part word="{{w}}" />{{word}}',
    part: '<view>[{{w}}{{word}}]</view>',
    data: { w: 'W', word: 'D' },
  },
  {
    name: 'named slots, in the order of the component',
    template: '<my-part><view slot="b">B</view><view slot="a">A</view></my-part>',
    part: '<slot name="a" /><slot name="b" />',
  },
  {
    name: 'if and else in a slot',
    template: '<my-part><view a:if="{{a}}">x</view><view a:else>y</view></my-part>',
    part: '<view>[<slot></slot>]</view>',
  },
  {
    name: 'for in a slot',
    template: '<my-part><text a:for="{{l}}" a:key="*this">{{item}}</text></my-part>',
    part: '<view>[<slot></slot>]</view>',
    data: { l: [1, 2] },
  },
  { name: 'a slot without content', template: '<my-part></my-part>', part: '<view>[<slot>空</slot>]</view>' },
  {
    name: 'components with slots in a loop',
    template: '<my-part a:for="{{l}}" a:key="id" word="{{item.id}}"><text>{{index}}</text></my-part>',
    part: '<view>{{word}}<slot></slot></view>',
    data: { l: [{ id: 'a' }, { id: 'b' }] },
  },
];
