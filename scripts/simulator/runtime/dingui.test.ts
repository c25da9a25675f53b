import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openPage, using } from '../harness/testing.ts';

const folder = fileURLToPath(new URL('../../../node_modules/dingui-mini/es', import.meta.url));
const names = readdirSync(folder);

/** The properties with which a component shows all of its parts. */
const USES: Readonly<Record<string, { attributes?: string; data?: string; shows?: string }>> = {
  badge: { attributes: 'text="9" show="{{true}}"', shows: '9' },
  button: { attributes: 'type="primary"', shows: '内容' },
  'checkbox-group': {
    attributes: 'checkboxLists="{{lists}}"',
    data: "lists: [{ itemName: '甲', isChecked: true }]",
  },
  'checkbox-item': { attributes: 'itemName="甲"', shows: '甲' },
  crumbs: { attributes: 'list="{{lists}}"', data: "lists: [{ name: '甲' }, { name: '乙' }]" },
  empty: { attributes: 'describe="没有内容"', shows: '没有内容' },
  input: { attributes: 'title="姓名" value="张三"', shows: '姓名' },
  'list-item': { attributes: 'extraText="右边"', shows: '内容 右边' },
  message: { attributes: 'title="提示" show="{{true}}"' },
  modal: { attributes: 'show="{{true}}" title="标题"' },
  'notice-bar': { attributes: 'text="公告"' },
  'radio-group': {
    attributes: 'radioLists="{{lists}}"',
    data: "lists: [{ itemName: '甲' }, { itemName: '乙' }]",
  },
  'radio-item': { attributes: 'itemName="甲"', shows: '甲' },
  'search-bar': { attributes: 'placeholder="搜索"' },
  'segmented-control': { attributes: 'values="{{lists}}"', data: "lists: ['甲', '乙']" },
  'swipe-action': {
    attributes: 'right="{{lists}}"',
    data: "lists: [{ type: 'delete', text: '删除' }]",
    shows: '删除 内容',
  },
  tabs: { attributes: 'texts="{{lists}}"', data: "lists: ['甲', '乙']", shows: '甲 乙' },
  tag: { attributes: 'text="标签"', shows: '内容' },
};

test('all 29 components of dingui-mini are tried', () => {
  expect(names).toHaveLength(29);
  expect(names).toEqual(expect.arrayContaining(Object.keys(USES)));
});

test.each(names)('dingui-%s renders without an error', async (name) => {
  const { attributes = '', data = '', shows = '' } = USES[name] ?? {};
  const app = await openPage(
    `<dingui-${name} ${attributes}>内容</dingui-${name}>`,
    `data: { ${data} }`,
    using({ [`dingui-${name}`]: `dingui-mini/es/${name}/src/index` }),
  );
  expect(app.document.querySelector('.mini-page')?.childElementCount).toBeGreaterThanOrEqual(
    name === 'message' ? 0 : 1,
  );
  expect(app.text()).toContain(shows);
});
