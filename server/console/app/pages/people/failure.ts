import { MessagePlugin } from 'tdesign-vue-next';
import { ApiError } from '../../api.ts';

/** Tells at the top of the page that something was not done, and why. */
export function tellFailure(error: unknown): void {
  const why = error instanceof ApiError ? error.message : '页面出了点问题，请重试；还不行请联系管理员。';
  void MessagePlugin.error({ content: why, duration: 6000, closeBtn: true });
}

export function tellDone(text: string): void {
  void MessagePlugin.success(text);
}
