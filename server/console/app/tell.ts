import { MessagePlugin } from 'tdesign-vue-next';
import { failureText } from './sign-in/failure.ts';

/** Tells at the top of the page that something was not done, and why. */
export function tellFailure(error: unknown): void {
  void MessagePlugin.error({ content: failureText(error).message, duration: 6000, closeBtn: true });
}

export function tellDone(text: string): void {
  void MessagePlugin.success(text);
}
