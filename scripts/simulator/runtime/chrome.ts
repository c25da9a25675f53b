import { BASE_STYLE } from './base-style.ts';
import { element } from './dom.ts';
import type { PageView } from './page.ts';
import type { AppConfig } from './types.ts';

export interface ChromeActions {
  back(): void;
  /** The person taps the title. */
  title(): void;
  switchTab(path: string): void;
  /** Address of an image of the package. */
  asset(path: string): string;
}

/** The container's own parts around the pages: title bar, tab bar, pull-down sign, and the layer for dialogs. */
export class Chrome {
  readonly root: HTMLElement;
  readonly screen: HTMLElement;
  readonly overlay: HTMLElement;
  private readonly document: Document;
  private readonly config: () => AppConfig;
  private readonly actions: ChromeActions;
  private readonly titleBar: HTMLElement;
  private readonly tabBar: HTMLElement;
  private readonly pull: HTMLElement;
  private readonly styles: HTMLElement;

  constructor(mount: HTMLElement, config: () => AppConfig, actions: ChromeActions) {
    const document = mount.ownerDocument;
    this.document = document;
    this.config = config;
    this.actions = actions;
    this.titleBar = element(document, 'header', { class: 'mini-title-bar' });
    this.pull = element(document, 'div', { class: 'mini-pull', hidden: true, role: 'status' }, ['正在刷新…']);
    this.screen = element(document, 'main', { class: 'mini-screen' }, [this.pull]);
    this.tabBar = element(document, 'nav', { class: 'mini-tab-bar' });
    this.overlay = element(document, 'div', { class: 'mini-overlay' });
    this.styles = element(document, 'div', { class: 'mini-styles', hidden: true });
    this.root = element(document, 'div', { class: 'mini-phone' }, [
      this.styles,
      this.titleBar,
      this.screen,
      this.tabBar,
      this.overlay,
    ]);
    this.setStyle('base', BASE_STYLE);
    mount.append(this.root);
  }

  /** Adds or replaces a style sheet; the order of the first call is the order of the cascade. */
  setStyle(id: string, css: string): void {
    const known = [...this.styles.children].find((node) => node.getAttribute('data-style') === id);
    if (known?.textContent === css) return;
    if (known) known.textContent = css;
    else this.styles.append(element(this.document, 'style', { 'data-style': id }, [css]));
  }

  draw(page: PageView | undefined, depth: number): void {
    const window = this.config().window ?? {};
    const title = page?.bar.title ?? page?.config.defaultTitle ?? window.defaultTitle ?? '';
    const color = page?.bar.backgroundColor ?? page?.config.titleBarColor ?? window.titleBarColor;
    const back = element(
      this.document,
      'button',
      { type: 'button', class: 'mini-back', 'aria-label': '返回' },
      ['‹'],
    );
    back.addEventListener('click', () => this.actions.back());
    const heading = element(this.document, 'h1', {}, [title]);
    heading.addEventListener('click', () => this.actions.title());
    this.titleBar.replaceChildren(...(depth > 1 ? [back] : []), heading);
    this.titleBar.setAttribute('style', color ? `background-color:${color}` : '');
    this.drawTabs(page);
  }

  /** The sign of the pull-down refresh. */
  set refreshing(on: boolean) {
    this.pull.hidden = !on;
  }

  get refreshing(): boolean {
    return !this.pull.hidden;
  }

  remove(): void {
    this.root.remove();
  }

  private drawTabs(page: PageView | undefined): void {
    const { tabBar } = this.config();
    const shown = tabBar?.items.some((item) => item.pagePath === page?.path) ?? false;
    this.tabBar.hidden = !shown;
    if (!tabBar || !shown) {
      this.tabBar.replaceChildren();
      return;
    }
    this.tabBar.replaceChildren(
      ...tabBar.items.map((item) => {
        const active = item.pagePath === page?.path;
        const color = active ? tabBar.selectedColor : tabBar.textColor;
        const button = element(
          this.document,
          'button',
          {
            type: 'button',
            'aria-current': active ? 'page' : undefined,
            style: color ? `color:${color}` : undefined,
          },
          [...this.icon(active ? (item.activeIcon ?? item.icon) : item.icon), item.name],
        );
        button.addEventListener('click', () => this.actions.switchTab(item.pagePath));
        return button;
      }),
    );
  }

  private icon(path: string | undefined): Node[] {
    return path ? [element(this.document, 'img', { src: this.actions.asset(path), alt: '' })] : [];
  }
}
