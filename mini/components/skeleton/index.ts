/** Grey lines with a text while content is loading. Props: `text`; `rows`, one key for each row. */
Component({
  props: {
    text: '正在加载…',
    rows: ['1', '2', '3'],
  },
});
