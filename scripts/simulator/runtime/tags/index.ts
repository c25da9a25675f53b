import { checkbox, checkboxGroup, picker, radio, radioGroup, switchTag } from './choice.ts';
import { input, textarea } from './input.ts';
import { button, form, icon, image, label, swiperItem, textTag, view, webView } from './plain.ts';
import { scrollView, swiper } from './scroll.ts';
import type { Tag } from './tag.ts';

/** Every built-in tag; the compiler knows the same names (`compiler/tags.ts`), which a test compares. */
export const TAGS: Readonly<Record<string, Tag>> = {
  view,
  text: textTag,
  image,
  icon,
  button,
  input,
  textarea,
  form,
  label,
  checkbox,
  'checkbox-group': checkboxGroup,
  radio,
  'radio-group': radioGroup,
  switch: switchTag,
  picker,
  'scroll-view': scrollView,
  swiper,
  'swiper-item': swiperItem,
  'web-view': webView,
};
