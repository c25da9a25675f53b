import { docx, paragraph } from '../../report/docx.ts';
import { factAt, isMissing, statementFacts } from '../facts/facts.ts';
import type { Listing, ListingException } from '../listing.ts';
import {
  chineseDate,
  fileName,
  lacking,
  type Made,
  type Missing,
  made,
  missingFact,
  missingThing,
} from './material.ts';

/** The parts of a rule that a statement names. */
type About = { id: string; title: string };

const owners = ['owner.organisation', 'owner.office', 'app.name'] as const;

/**
 * The statement (问题情况说明) for one rule that is not met, word for word by the guide's template. An official
 * letter has no blanks: while a fact of it is missing, it is not written.
 */
export async function statementMaterial(listing: Listing, rule: About): Promise<Made> {
  const exception = listing.exceptions[rule.id];
  const missing = missingOf(listing, rule, exception);
  if (missing.length > 0 || exception === undefined) return lacking(...missing);
  const { organisation, office } = listing.owner;
  return made({
    path: `7-情况说明/问题情况说明-${fileName(rule.title)}.docx`,
    purpose: `没有达到“${rule.title.replace(/。$/, '')}”的情况说明；由业主单位用红头文件印发、盖章后上传。`,
    content: await docx({
      look: 'official',
      title: `${organisation}${office}\n关于${listing.app.name?.replace(/应用$/, '')}应用实施上架“浙政钉”的问题情况说明`,
      ...(organisation === null ? {} : { creator: organisation }),
      blocks: [
        paragraph('省大数据局：', { indent: false }),
        paragraph(
          `针对应用上架“浙政钉”存在${core(exception.problem, '存在', '的问题')}的问题，` +
            `由于${core(exception.reason, '由于', '的原因')}的原因，` +
            `所以${core(exception.plan, '所以')}。`,
        ),
        paragraph('本单位已知晓问题会造成的风险，承担由此产生的责任。'),
        paragraph(`\n\n${organisation}${office}\n${chineseDate(exception.date ?? '')}`, {
          align: 'right',
        }),
      ],
    }),
  });
}

function missingOf(listing: Listing, rule: About, exception: ListingException | undefined): Missing[] {
  const material = `情况说明（${rule.id}）`;
  const asked = statementFacts
    .filter((fact) => (exception?.[fact] ?? '').trim() === '')
    // These are whole sentences, which are better written in an editor than asked for.
    .map((fact) => {
      const { title, example } = exceptionFacts[fact];
      const where = `listing.yaml 的 exceptions.${rule.id}.${fact}`;
      return missingThing(`${rule.id} 的${title}`, where, material, example);
    });
  const about = owners
    .filter((path) => isMissing(listing, path))
    .map((path) => missingFact(factAt(path), material));
  return [...asked, ...about];
}

/** How the facts of an exception are asked for: the same words as in listing.yaml. */
const exceptionFacts: Readonly<Record<(typeof statementFacts)[number], { title: string; example: string }>> =
  {
    problem: { title: '问题', example: 'problem: 数据库部署在公有云，没有部署在政务外网' },
    reason: { title: '原因', example: 'reason: 政务云的资源还在申请，没有批下来' },
    plan: { title: '处理办法', example: 'plan: 先只允许应用的地址访问，2027 年 3 月前迁入政务云' },
    date: { title: '落款日期', example: 'date: 2026-11-24' },
  };

/** Takes off a beginning and an end that the sentence of the letter already has. */
function core(given: string | null, start = '', end = ''): string {
  let text = (given ?? '').trim().replace(/[。；，、.;,\s]+$/u, '');
  if (start !== '' && text.startsWith(start)) text = text.slice(start.length);
  if (end !== '' && text.endsWith(end)) text = text.slice(0, -end.length);
  return text;
}
