/** A small template that both readings of the language must show alike. */
export interface OracleCase {
  name: string;
  template: string;
  data?: Readonly<Record<string, unknown>>;
  /** Template of the component `<my-part>`; its property is `word`. */
  part?: string;
}

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
];
