import { answered, type Context, type Finding, type Question, type Rule, unknown } from '../rule.ts';
import type { Launch, MiniTrial } from '../trial/mini-trial.ts';
import { askForFacts } from './facts.ts';
import { miniTrial } from './mini-package.ts';

/**
 * A rule of the sign-in (免登): the mini program is run and judged; an app of H5 alone is asked for evidence, since
 * its pages need a browser and a platform around them.
 */
export function trialRule(
  rule: Omit<Rule, 'check' | 'how' | 'question' | 'section'> & { how: string; asked: Question },
  judge: (trial: MiniTrial) => Finding,
): Rule {
  const { asked, ...rest } = rule;
  return {
    ...rest,
    section: '10',
    how: `${rule.how}只有 H5 的应用回答 answers.${rule.id}。`,
    question: asked,
    async check(context: Context) {
      const asking = askForFacts(context.listing, ['app.forms']);
      if (asking !== null) return asking;
      if (context.listing.app.forms?.includes('miniprogram') !== true) {
        return answered(context, rule.id, asked);
      }
      const trial = await miniTrial(context);
      if (trial instanceof Error) return unknown(`小程序没能运行起来：${trial.message}`);
      return notModelled(trial) ?? judge(trial);
    },
  };
}

/** A `dd` API that the double of the phone does not know says nothing about the app. */
function notModelled(trial: MiniTrial): Finding | null {
  const names = launches(trial)
    .flatMap(({ errors }) => errors)
    .flatMap((error) => /(dd\.\w+) is not modelled/.exec(error)?.[1] ?? []);
  if (names.length === 0) return null;
  return unknown(
    `小程序用到了体检还不认识的接口：${[...new Set(names)].join('、')}，没法在这里运行。`,
    [],
    '在 scripts/build/mini/dd-double/device.ts 里补上这个接口的行为，再检查。',
  );
}

function launches(trial: MiniTrial): Launch[] {
  return [
    ...trial.withCache,
    ...trial.withoutCache,
    trial.binding,
    ...trial.failures.map(({ launch }) => launch),
  ];
}
