import { shallowRef } from 'vue';

export interface Question {
  /** The question, e.g. “停用张三的账号？”. */
  title: string;
  /** The consequences, and whether they can be undone. Plain text; blank lines separate paragraphs. */
  body: string;
  /** The label of the button that confirms, e.g. “停用”. */
  action: string;
}

interface Asked extends Question {
  key: number;
  answer(yes: boolean): void;
}

/** The open question, for `AskDialog.vue`; null for none. */
export const asked = shallowRef<Asked | null>(null);
let count = 0;

/** Asks before a harmful change. Escape and 取消 mean no, which is also the default. */
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

/** Answers no, e.g. because the page that asked was left. */
export function dismissQuestion(): void {
  asked.value?.answer(false);
}
