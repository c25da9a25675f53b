import { type Listing, shapesAlong } from '../listing.ts';
import { flow } from '../listing-template.ts';
import type { Finding } from '../rule.ts';

/** A fact of listing.yaml, in the words in which people are asked for it. */
export interface Fact {
  /** Its path in listing.yaml, e.g. `owner.phone`. */
  path: string;
  /** Its name for people, after its section: `业主单位：业主联系电话`. */
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
  const names = path.split('.');
  const shapes = shapesAlong(names);
  if (shapes.length < names.length) throw new Error(`listing.yaml has no ${path}`);
  const title = shapes.flatMap((shape) => shape.title ?? []).join('：');
  return { path, title, example: `${names.at(-1)}: ${flow(shapes.at(-1)?.examples?.[0] ?? [])}` };
}

/** The value of a fact; null, and an empty list, mean that it is not known. */
export function valueAt(listing: Listing, path: string): unknown {
  let value: unknown = listing;
  for (const name of path.split('.')) value = isRecord(value) ? value[name] : undefined;
  return value;
}

/** Whether a fact is not known yet; a blank text counts as not known. */
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
    facts: missing.map(({ path }) => path),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The facts of the application form, in its order. */
export const applicationFacts = [
  'app.name',
  'app.description',
  'app.platform',
  'app.forms',
  'app.pc',
  'app.sendsDing',
  'owner.organisation',
  'owner.office',
  'owner.contact',
  'owner.phone',
  'vendor.organisation',
  'vendor.contact',
  'vendor.phone',
  'scope.users',
  'scope.usersDescription',
  'scope.expectedUsers',
  'scope.contacts',
  'scope.superExecutives',
  'scope.applicant',
  'domain.name',
  'domain.belongsTo',
  'deployment.network',
  'deployment.vpn',
  'deployment.gateway',
  'deployment.instances',
  'deployment.database',
] as const;

/** The facts that the application form still lacks. Permissions are asked for only where the app reads contacts. */
export function missingForApplication(listing: Listing): Fact[] {
  const { contacts } = listing.scope;
  const permissions = contacts === null || contacts === 'none' ? [] : ['scope.permissions'];
  return missingFacts(listing, [...applicationFacts, ...permissions]);
}

/** The facts of an exception that a statement (情况说明) needs; the owner's name and office are in `owner`. */
export const statementFacts = ['problem', 'reason', 'plan', 'date'] as const;

/** The facts that replace our own load test, where another tool was used. */
export const loadTestFacts = [
  'loadtest.tool',
  'loadtest.file',
  'loadtest.url',
  'loadtest.date',
  'loadtest.connections',
  'loadtest.requests',
  'loadtest.successRate',
  'loadtest.meanMs',
  'loadtest.interfaces',
] as const;
