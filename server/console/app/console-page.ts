import type { Component } from 'vue';
import type { RoleName } from '../../contract/auth.ts';

/**
 * A page of the administrators' console. Each slice exports a list of them as `pages` from
 * `pages/<slice>/index.ts`; the router and the side menu find them there.
 */
export interface ConsolePage {
  /** Below `/console/`, e.g. `people` or `people/:id`; the parameters reach the component as props. */
  path: string;
  /** Chinese: in the menu, and in the title of the browser's window. */
  title: string;
  /** Of `tdesign-icons-vue-next`, by name: TDesign's own `<Icon name>` loads all of them from the internet. */
  icon?: Component;
  /** Place in the menu, ascending. */
  order: number;
  /** Who may see it; the server checks each route of its own. */
  roles: readonly RoleName[];
  /** False: not in the menu, such as the page of one person. */
  menu?: boolean;
  /** Loaded when first opened. */
  component: () => Promise<Component | { default: Component }>;
}
