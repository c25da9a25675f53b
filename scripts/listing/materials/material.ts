import type { Fact } from '../facts/facts.ts';
import type { Listing } from '../listing.ts';

/** One file of the materials. */
export interface Material {
  /** Path below the materials' folder, with `/` between folders. */
  path: string;
  /** Its purpose in one Chinese sentence, for the contents page. */
  purpose: string;
  content: Uint8Array;
}

/** Something that the materials still lack. It is never invented. */
export interface Missing {
  /** Its name for people. */
  title: string;
  /** Where it is filled in, or what must be done for it. */
  where: string;
  /** How it is written; null where it is nothing to write. */
  example: string | null;
  /** The fact of listing.yaml, e.g. `owner.phone`; null where it is something else. */
  fact: string | null;
  /** Which of the materials waits for it. */
  material: string;
}

/** The files that one maker of materials made, and what it lacked for others. */
export interface Made {
  materials: Material[];
  missing: Missing[];
}

/** A fact of listing.yaml that one of the materials waits for. */
export const missingFact = ({ title, path, example }: Fact, material: string): Missing => ({
  title,
  where: `listing.yaml 的 ${path}`,
  example,
  fact: path,
  material,
});

/** Something else that one of the materials waits for. */
export const missingThing = (
  title: string,
  where: string,
  material: string,
  example: string | null = null,
): Missing => ({ title, where, example, fact: null, material });

export const made = (...materials: Material[]): Made => ({ materials, missing: [] });
export const lacking = (...missing: Missing[]): Made => ({ materials: [], missing });

/** The line under the title of every document: its owner and its date. */
export type About = readonly (readonly [string, string])[];

/** @param day the day of making, as `2026-11-24`. */
export const aboutOf = ({ app, owner, vendor }: Listing, day: string): About => [
  ['应用名称', app.name ?? '（待填）'],
  ['业主单位', owner.organisation ?? '（待填）'],
  ['服务商', vendor.organisation ?? '（待填）'],
  ['日期', chineseDate(day)],
];

/** `2026年11月24日`, from `2026-11-24`. */
export function chineseDate(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日`;
}

/** Makes a file name from a sentence: its first clause, short, without characters that Windows refuses. */
export function fileName(sentence: string): string {
  const [clause = ''] = sentence.split(/[，。：；（(]/);
  return clause.replace(/[\\/:*?"<>|\s“”]/g, '').slice(0, 24);
}
