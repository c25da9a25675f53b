import { shallowRef } from 'vue';

export interface Question {
  /** What is about to be done, e.g. “停用张三的账号？”. */
  title: string;
  /** What will happen, and whether it can be undone. Plain text; blank lines part paragraphs. */
  body: string;
  /** What the button says: the deed itself, e.g. “停用”. */
  action: string;
}

interface Asked extends Question {
  key: number;
  answer(yes: boolean): void;
}

/** What waits for an answer, for `AskDialog.vue`; null for nothing. */
export const asked = shallowRef<Asked | null>(null);
let count = 0;

/** Asks before something that hurts. Escape and 取消 are a no; the deed is never the default. */
export function confirmDangerous(question: Question): Promise<boolean> {
  dismissQuestion();
  return new Promise((resolve) => {
    count += 1;
    asked.value = {
      ...question,
      key: count,
      answer(yes) {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Answers no, e.g. since the page that asked is not there any more. */
export function dismissQuestion(): void {
  asked.value?.answer(false);
}
