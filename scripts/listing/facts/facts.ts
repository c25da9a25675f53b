import { type Listing, listingSchema } from '../listing.ts';
import { flow } from '../listing-template.ts';
import { answered, type Context, type Finding, type Question } from '../rule.ts';

/** A fact of listing.yaml as people are asked for it. */
export interface Fact {
  /** Where it stands in listing.yaml, e.g. `owner.phone`. */
  path: string;
  /** What people call it, after its section: `业主单位：业主联系电话`. */
  title: string;
  /** How it is written in the file, as YAML on one line. */
  example: string;
}

/**
 * The fact at a place of listing.yaml, in the words of its schema.
 *
 * @throws Error for a path that the schema does not know: a mistake of the caller.
 */
export function factAt(path: string): Fact {
  let schema: unknown = listingSchema;
  const titles: string[] = [];
  for (const name of path.split('.')) {
    schema = isRecord(schema) && isRecord(schema.properties) ? schema.properties[name] : undefined;
    if (!isRecord(schema)) throw new Error(`listing.yaml has no ${path}`);
    if (typeof schema.title === 'string') titles.push(schema.title);
  }
  const examples = isRecord(schema) && Array.isArray(schema.examples) ? schema.examples : [];
  return { path, title: titles.join('：'), example: `${lastOf(path)}: ${flow(examples[0] ?? [])}` };
}

/** The value of a fact; null, and an empty list, mean that it is not known. */
export function valueAt(listing: Listing, path: string): unknown {
  let value: unknown = listing;
  for (const name of path.split('.')) value = isRecord(value) ? value[name] : undefined;
  return value;
}

/** Whether nobody has said yet. A blank text says nothing. */
export function isMissing(listing: Listing, path: string): boolean {
  const value = valueAt(listing, path);
  if (value === null || value === undefined) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

/** Those of the facts that are not known, in the given order. */
export function missingFacts(listing: Listing, paths: readonly string[]): Fact[] {
  return paths.filter((path) => isMissing(listing, path)).map(factAt);
}

/**
 * The finding of a rule that cannot decide without these facts.
 *
 * @returns null when all of them are known.
 */
export function askForFacts(listing: Listing, paths: readonly string[]): Finding | null {
  const missing = missingFacts(listing, paths);
  if (missing.length === 0) return null;
  return {
    state: 'question',
    detail: `listing.yaml 里还没有填：${missing.map((fact) => fact.title).join('、')}。`,
    evidence: missing.map((fact) => `listing.yaml：${fact.path}`),
    remedy: `在 listing.yaml 里填写：${missing.map((fact) => `${fact.path}，例如 ${fact.example}`).join('；')}。`,
  };
}

/**
 * For a fact that nobody can know before the approval: the person's answer stands in for it, where there is one.
 *
 * @param asking what {@link askForFacts} found missing.
 */
export async function answeredInstead(
  context: Context,
  id: string,
  asked: Question,
  asking: Finding,
): Promise<Finding> {
  const answer = context.listing.answers[id]?.answer ?? null;
  if (answer !== null) return answered(context, id, asked);
  return { ...asking, remedy: `${asking.remedy ?? ''}还不知道的，先回答 answers.${id}：${asked.ask}` };
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
