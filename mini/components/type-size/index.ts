import { watchTypeSize } from '../../services/type-size.ts';

/** Around the whole of a page: shows it as large as the person wants it (适老化). */
Component({
  data: { size: '1' },
  didMount() {
    watchTypeSize(this, (size) => this.setData({ size }));
  },
  didUnmount() {
    watchTypeSize(this, null);
  },
});
