import { PLACEHOLDER_TAGS } from '../../compiler/tags.ts';
import { checkbox, checkboxGroup, picker, radio, radioGroup, slider, switchTag } from './choice.ts';
import { input, textarea } from './input.ts';
import { canvas, movableView, navigator, pickerView, progress, richText } from './more.ts';
import {
  button,
  coverImage,
  coverView,
  form,
  icon,
  image,
  label,
  movableArea,
  pickerViewColumn,
  placeholder,
  swiperItem,
  textTag,
  view,
  webView,
} from './plain.ts';
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
  slider,
  progress,
  'rich-text': richText,
  navigator,
  'picker-view': pickerView,
  'picker-view-column': pickerViewColumn,
  'movable-area': movableArea,
  'movable-view': movableView,
  'cover-view': coverView,
  'cover-image': coverImage,
  canvas,
  ...Object.fromEntries(PLACEHOLDER_TAGS.map((tag) => [tag, placeholder(tag)])),
};
