import type { Component } from 'vue';
import type { RoleName } from '../../contract/auth.ts';

/**
 * A page of the administrators' console. Each slice exports its pages as `pages` from `pages/<slice>/index.ts`, where
 * router and side menu find them.
 */
export interface ConsolePage {
  /** Below `/console/`, e.g. `people` or `people/:id`; the parameters reach the component as props. */
  path: string;
  /** Chinese: in the menu, and in the title of the browser's window. */
  title: string;
  /** An icon of `tdesign-icons-vue-next`; TDesign's `<Icon name>` would load all icons from the internet. */
  icon?: Component;
  /** Place in the menu, ascending. */
  order: number;
  /** The roles that may see it; the server checks its routes itself. */
  roles: readonly RoleName[];
  /** False: not in the menu, such as the page of one person. */
  menu?: boolean;
  /** Loaded when first opened. */
  component: () => Promise<Component | { default: Component }>;
}
