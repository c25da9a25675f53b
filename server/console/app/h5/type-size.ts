import { ref, watch } from 'vue';
import { type TypeSize, typeSizes } from '../../../../mini/services/words.ts';

const key = 'h5-type-size';

function kept(): TypeSize {
  try {
    const size = window.localStorage.getItem(key);
    return typeSizes.find(({ value }) => value === size)?.value ?? '1';
  } catch {
    // Some clients have no storage for pages.
    return '1';
  }
}

/** The person's choice, stored on this device. */
export const typeSize = ref<TypeSize>(kept());

watch(typeSize, (size) => {
  try {
    window.localStorage.setItem(key, size);
  } catch {
    // Without storage it lasts until the page is closed.
  }
});
