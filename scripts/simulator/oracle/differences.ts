/** Cases that the two show differently, on purpose, with what each shows and why. */
export const differences: Readonly<Record<string, { here: string; there: string; reason: string }>> = {
  'less than in a text': {
    here: 'true',
    there: '（出错）',
    reason:
      '`miniprogram-simulate` takes the `<` inside `{{ }}` of a text for the beginning of a tag and gives up.',
  },
  'for over an object': {
    here: 'x=1;y=2;',
    there: '',
    reason:
      'Here a loop takes the fields of an object too, with their keys as indexes; `miniprogram-simulate` takes lists and strings.',
  },
  'for over a number': {
    here: '012',
    there: '',
    reason: 'Here a loop counts up to a number; `miniprogram-simulate` takes lists and strings.',
  },
  'for and if on one tag': {
    here: '23',
    there: '',
    reason:
      'Here the condition is asked for each item; `miniprogram-simulate` asks it once, before the loop, where there is no item.',
  },
  'a template literal': {
    here: 'x1',
    there: '（出错）',
    reason: '`miniprogram-simulate` has a reader of expressions of its own, which does not know them.',
  },
  'a template': {
    here: '12',
    there: '',
    reason:
      '`miniprogram-simulate` draws no `<template>` unless the compiler of the tool of WeChat is installed.',
  },
  'a slot without content': {
    here: '[空]',
    there: '[]',
    reason: 'Slots of WeChat have no content of their own to fall back on.',
  },
};
