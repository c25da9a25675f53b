import { element } from '../dom.ts';
import type { Options } from './call.ts';

const DEFAULT_TOAST_MS = 2000;

/** Alerts, questions, toasts and the loading sign, drawn over the pages. One dialog at a time, others wait. */
export class Dialogs {
  private readonly layer: HTMLElement;
  private queue: Promise<unknown> = Promise.resolve();
  private toast: { node: HTMLElement; timer: ReturnType<typeof setTimeout>; gone(): void } | undefined;
  private loading: HTMLElement | undefined;

  constructor(layer: HTMLElement) {
    this.layer = layer;
  }

  alert(options: Options): Promise<unknown> {
    return this.ask(options, [{ text: options.buttonText ?? '确定', value: {} }]);
  }

  confirm(options: Options): Promise<unknown> {
    return this.ask(options, [
      { text: options.cancelButtonText ?? '取消', value: { confirm: false } },
      { text: options.confirmButtonText ?? '确定', value: { confirm: true } },
    ]);
  }

  showActionSheet(options: Options): Promise<unknown> {
    const items = Array.isArray(options.items) ? (options.items as unknown[]) : [];
    const buttons = items.map((text, index) => ({ text, value: { index } }));
    return this.ask(options, [
      ...buttons,
      { text: options.cancelButtonText ?? '取消', value: { index: -1 } },
    ]);
  }

  /** Resolves when the toast has gone, by itself or for another, as `success` of `dd.showToast` does. */
  showToast(options: Options): Promise<void> {
    this.hideToast();
    const node = element(
      this.layer.ownerDocument,
      'div',
      { class: 'mini-toast', role: 'status', 'data-type': options.type ?? 'none' },
      [String(options.content ?? '')],
    );
    this.layer.append(node);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.hideToast(), Number(options.duration ?? DEFAULT_TOAST_MS));
      this.toast = { node, timer, gone: resolve };
    });
  }

  hideToast(): void {
    if (!this.toast) return;
    clearTimeout(this.toast.timer);
    this.toast.node.remove();
    this.toast.gone();
    this.toast = undefined;
  }

  showLoading(options: Options): void {
    this.hideLoading();
    this.loading = element(this.layer.ownerDocument, 'div', { class: 'mini-loading', role: 'status' }, [
      element(this.layer.ownerDocument, 'i', { 'aria-hidden': 'true' }),
      String(options.content ?? ''),
    ]);
    this.layer.append(this.loading);
  }

  hideLoading(): void {
    this.loading?.remove();
    this.loading = undefined;
  }

  /** Removes all that is shown; open dialogs never answer. */
  clear(): void {
    this.hideToast();
    this.layer.replaceChildren();
    this.loading = undefined;
    this.queue = Promise.resolve();
  }

  private ask(options: Options, buttons: { text: unknown; value: unknown }[]): Promise<unknown> {
    const answer = this.queue.then(() => this.show(options, buttons));
    this.queue = answer;
    return answer;
  }

  private show(options: Options, buttons: { text: unknown; value: unknown }[]): Promise<unknown> {
    const { ownerDocument } = this.layer;
    return new Promise((resolve) => {
      const choices = buttons.map(({ text, value }) => {
        const button = element(ownerDocument, 'button', { type: 'button' }, [String(text)]);
        button.addEventListener('click', () => {
          node.remove();
          resolve(value);
        });
        return button;
      });
      const title = options.title ? [element(ownerDocument, 'h2', {}, [String(options.title)])] : [];
      const content = options.content ?? options.message;
      const body = content ? [element(ownerDocument, 'p', {}, [String(content)])] : [];
      const box = element(ownerDocument, 'div', { class: 'mini-dialog-box' }, [
        ...title,
        ...body,
        element(ownerDocument, 'div', { class: 'mini-dialog-buttons' }, choices),
      ]);
      const node = element(
        ownerDocument,
        'div',
        { class: 'mini-dialog', role: 'alertdialog', 'aria-modal': 'true' },
        [box],
      );
      this.layer.append(node);
    });
  }
}
