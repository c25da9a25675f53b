/** Grey lines where content is about to be, with a word for it. Props: `text`; `rows`, one key a row. */
Component({
  props: {
    text: '正在加载…',
    rows: ['1', '2', '3'],
  },
});
