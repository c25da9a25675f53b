import { DialogPlugin } from 'tdesign-vue-next';

export interface Question {
  /** What is about to be done, e.g. “停用张三的账号？”. */
  title: string;
  /** What will happen, and whether it can be undone. Plain text; blank lines part paragraphs. */
  body: string;
  /** What the button says: the deed itself, e.g. “停用”. */
  action: string;
}

/** Asks before something that hurts. Escape, the cross and 取消 are a no; the deed is never the default. */
export function confirmDangerous({ title, body, action }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (yes: boolean): void => {
      dialog.destroy();
      resolve(yes);
    };
    const dialog = DialogPlugin.confirm({
      header: title,
      body,
      theme: 'warning',
      className: 'ask-dialog',
      confirmOnEnter: false,
      closeOnOverlayClick: false,
      // It would write a <style> into the page, which the policy refuses.
      preventScrollThrough: false,
      confirmBtn: { content: action, theme: 'danger' },
      cancelBtn: '取消',
      onConfirm: () => answer(true),
      onCancel: () => answer(false),
      onClose: () => answer(false),
    });
  });
}
