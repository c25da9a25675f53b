import { watchTypeSize } from '../../services/type-size.ts';

/** Wraps a page, and shows it in the person's type size (适老化). */
Component({
  data: { size: '1' },
  didMount() {
    watchTypeSize(this, (size) => this.setData({ size }));
  },
  didUnmount() {
    watchTypeSize(this, null);
  },
});
