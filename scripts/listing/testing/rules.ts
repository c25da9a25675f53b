import type { Listing } from '../listing.ts';
import type { Context, Finding, State } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { type Draft, filledListing } from './filled.ts';
import { contextFor, createProject, evidence, type TestProject } from './project.ts';

/** What a test of rules looks at; a new one for each test. */
export interface RuleSubject {
  readonly project: TestProject;
  readonly listing: Draft<Listing>;
  /** Checks one rule, on the project as it is now. */
  check(id: string, more?: Partial<Context>): Promise<Finding>;
  state(id: string, more?: Partial<Context>): Promise<State>;
  /** Answers a rule's question. */
  yes(id: string, withEvidence: boolean): void;
  no(id: string): void;
}

/** Registers the hooks that make a project for each test of the file, and remove it. */
export function prepareRules(): RuleSubject {
  let project: TestProject | undefined;
  let listing = filledListing();
  beforeEach(async () => {
    project = await createProject();
    listing = filledListing();
  });
  afterEach(() => project?.remove());

  const current = (): TestProject => {
    if (project === undefined) throw new Error('only inside a test');
    return project;
  };
  async function check(id: string, more: Partial<Context> = {}): Promise<Finding> {
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined) throw new Error(`no rule ${id}`);
    return rule.check(contextFor(current().fresh(), { listing, ...more }), AbortSignal.timeout(60_000));
  }
  return {
    get project() {
      return current();
    },
    get listing() {
      return listing;
    },
    check,
    state: async (id, more) => (await check(id, more)).state,
    yes(id, withEvidence) {
      listing.answers[id] = withEvidence ? { answer: 'yes', evidence } : { answer: 'yes' };
    },
    no(id) {
      listing.answers[id] = { answer: 'no' };
    },
  };
}
