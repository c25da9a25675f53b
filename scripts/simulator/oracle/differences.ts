/** Cases that the two show differently, on purpose, with what each shows and why. */
export const differences: Readonly<Record<string, { here: string; there: string; reason: string }>> = {
  'less than in a text': {
    here: 'true',
    there: '（出错）',
    reason:
      '`miniprogram-simulate` takes the `<` inside `{{ }}` of a text for the beginning of a tag and gives up.',
  },
};
