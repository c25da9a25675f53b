import { MessagePlugin } from 'tdesign-vue-next';
import { h } from 'vue';
import { failureText } from './sign-in/failure.ts';

/** TDesign's messages are not read out by screen readers, and their cross cannot be reached by the keyboard. */
const readOut = (text: string, role: 'alert' | 'status') => () => h('span', { role }, text);
const closeButton = () => h('button', { type: 'button', class: 'tell-close' }, '知道了');

/**
 * Tells at the top of the page what is wrong.
 *
 * @param duration after which it goes by itself, in milliseconds; 0: it stays until it is closed.
 */
export function tellProblem(text: string, duration = 6000): void {
  void MessagePlugin.error({ content: readOut(text, 'alert'), duration, closeBtn: closeButton });
}

/** Tells that something was not done, and why. */
export const tellFailure = (error: unknown): void => tellProblem(failureText(error).message);

export function tellDone(text: string): void {
  void MessagePlugin.success({ content: readOut(text, 'status') });
}
