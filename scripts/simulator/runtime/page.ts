import {
  type App,
  createVNode,
  defineComponent,
  nextTick,
  onMounted,
  type Renderer,
  type ShallowRef,
} from 'vue';
import { PAGE } from './component-view.ts';
import { element } from './dom.ts';
import { Instance, type InstanceHost } from './instance.ts';
import type { Template } from './template.ts';
import type { PageConfig } from './types.ts';

export interface PageSource {
  path: string;
  config: PageConfig;
  definition: Record<string, unknown>;
  template: ShallowRef<Template>;
  uses: readonly string[];
}

/** One page on the stack: its instance, its element, and its Vue application. */
export class PageView {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly root: HTMLElement;
  readonly instance: Instance;
  /** The page's own settings over those of `window` in app.json. */
  readonly config: PageConfig;
  /** The page's own changes to its title bar. */
  bar: { title?: string; backgroundColor?: string } = {};
  private readonly app: App<Node>;
  private atEnd = false;

  constructor(
    host: InstanceHost,
    source: PageSource,
    query: Record<string, string>,
    renderer: Renderer<Node>,
    document: Document,
  ) {
    this.path = source.path;
    this.query = query;
    this.config = source.config;
    this.root = element(document, 'div', {
      class: 'mini-page',
      'data-page': source.path,
      'data-uses': source.uses.join(' '),
      // Lets people scroll the page by the keyboard.
      tabindex: 0,
    });
    const { data, ...methods } = source.definition;
    this.instance = new Instance(host, source.path, data, methods);
    Object.assign(this.instance.self, { route: source.path, options: query });
    const instance = this.instance;
    const view = defineComponent({
      name: source.path,
      setup() {
        onMounted(() => {
          void nextTick().then(() => {
            if (instance.alive) instance.call('onReady');
          });
        });
        return () => {
          void instance.version.value;
          return source.template.value.render({ instance, values: instance.view, slots: undefined });
        };
      },
    });
    this.app = renderer.createApp({ render: () => createVNode(view) });
    this.app.provide(PAGE, instance.self);
    this.app.config.errorHandler = (error) => host.report(error, source.path);
    this.app.config.warnHandler = (message) => host.report(new Error(message), source.path);
    this.root.addEventListener('scroll', () => this.scrolled());
  }

  /** `onLoad`, `onShow`, then the first drawing, then `onReady`. */
  open(): void {
    this.instance.call('onLoad', { ...this.query });
    this.instance.call('onShow');
    this.app.mount(this.root);
  }

  show(): void {
    this.root.hidden = false;
    this.instance.call('onShow');
  }

  hide(): void {
    this.root.hidden = true;
    this.instance.call('onHide');
  }

  close(): void {
    this.instance.call('onUnload');
    this.instance.alive = false;
    this.app.unmount();
    this.root.remove();
  }

  reachBottom(): void {
    this.instance.call('onReachBottom');
  }

  /** Pixels before the end of the page at which `onReachBottom` is called. */
  private get reachBottomDistance(): number {
    return Number(this.config.onReachBottomDistance ?? REACH_BOTTOM_DISTANCE);
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    this.instance.call('onPageScroll', { scrollTop, scrollHeight });
    const atEnd = scrollHeight - clientHeight - scrollTop <= this.reachBottomDistance;
    if (atEnd && !this.atEnd) this.reachBottom();
    this.atEnd = atEnd;
  }
}

const REACH_BOTTOM_DISTANCE = 50;
