import { StartFailure } from '../../../server/config/start-failure.ts';
import { parseListing } from '../listing-file.ts';
import { type FactValue, updateListing } from '../listing-template.ts';
import type { FormQuestion } from './questions.ts';

/** A typed answer as a value, or what was expected instead: Chinese, with an example that works. */
export type Understood = { value: FactValue } | { expected: string };

/**
 * Reads a typed answer. A choice is given by its number, its Chinese word or its word in listing.yaml; lists have
 * commas.
 */
export function understand(question: FormQuestion, typed: string): Understood {
  const { kind, choices, many, example } = question;
  const parts = typed.split(/[,，、;；\s]+/).filter((part) => part !== '');
  const wrong = (what: string): Understood => ({ expected: `${what}，例如 ${example}` });
  switch (kind) {
    case 'text': {
      const expected = question.expected?.(typed) ?? null;
      return expected === null ? { value: typed } : wrong(expected);
    }
    case 'texts':
      return { value: parts };
    case 'integer':
      return /^\d{1,9}$/.test(typed) ? { value: Number(typed) } : wrong('要写一个整数');
    case 'number':
      return /^\d{1,9}(?:\.\d{1,6})?$/.test(typed) ? { value: Number(typed) } : wrong('要写一个数字');
    case 'endpoints': {
      const found = parts.map((part) => /^([\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(part));
      if (found.some((one) => one === null || Number(one[2]) > 65_535))
        return wrong('要写成 地址:端口，几个用逗号隔开');
      return {
        value: found.map((one) => ({
          host: (one?.[1] ?? '').replace(/^\[|\]$/g, ''),
          port: Number(one?.[2]),
        })),
      };
    }
    case 'answer': {
      const [said = '', ...file] = typed.split(/\s+/);
      const picked = pick(choices, said);
      if (picked === null) return wrong(`要写 ${choices.map(({ word }) => word).join(' 或 ')}`);
      const evidence = file.join(' ');
      return { value: { answer: String(picked), ...(evidence !== '' && { evidence }) } };
    }
    case 'choice': {
      // A word may hold a blank: H5 微应用.
      const words = many ? typed.split(/[,，、;；]/).map((word) => word.trim()) : [typed];
      const picked = words.map((word) => pick(choices, word));
      if (picked.length === 0 || picked.includes(null)) {
        const shown = choices.map(({ word }, at) => `${at + 1} ${word}`).join('，');
        return wrong(`只能选：${shown}${many ? '；几个都要的用逗号隔开，如 1,2' : ''}`);
      }
      return { value: many ? picked.map(String) : (picked[0] ?? '') };
    }
  }
}

function pick(choices: FormQuestion['choices'], word: string): string | boolean | null {
  const at = choices.findIndex((choice, index) =>
    [String(index + 1), choice.word, String(choice.value)].includes(word),
  );
  const yesNo = /^(?:y|yes|true)$/i.test(word) ? '是' : /^(?:n|no|false)$/i.test(word) ? '否' : word;
  const found = choices[at] ?? choices.find((choice) => choice.word === yesNo);
  return found?.value ?? null;
}

/**
 * A listing's text with one more answer.
 *
 * @returns the new text; or what was expected, in Chinese, where the answer cannot stand there.
 */
export function withAnswer(
  text: string,
  question: FormQuestion,
  typed: string,
): { text: string } | { expected: string } {
  const understood = understand(question, typed.trim());
  if ('expected' in understood) return understood;
  const changed = updateListing(text, { [question.path]: understood.value });
  try {
    parseListing(changed);
    return { text: changed };
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return { expected: `这样写不对。应为${question.title}，例如 ${question.example}` };
  }
}
