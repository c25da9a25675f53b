import type { NoticeRow } from '../../services/notices.ts';

const noNotice: NoticeRow = { id: '', title: '', excerpt: '', time: '', read: true };

/** One notice in a list. Props: `notice`; `onOpen(id)` on a tap. */
Component({
  props: {
    notice: noNotice,
    onOpen(_id: string): void {},
  },
  methods: {
    open(): void {
      this.props.onOpen(this.props.notice.id);
    },
  },
});
