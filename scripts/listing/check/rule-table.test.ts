import { readFileSync } from 'node:fs';
import { sections } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { rulesDocument, withRuleTable } from './rule-table.ts';

test('scripts/docs/listing.md holds the table of all rules as they are: npm run lint -- --fix', () => {
  const document = readFileSync(rulesDocument, 'utf8');
  expect(withRuleTable(document, rules)).toBe(document);
});

test('a document without a place for the table is refused', () => {
  expect(() => withRuleTable('# 别的', rules)).toThrow('no place');
});

describe('every rule', () => {
  test('has a name of its own, in kebab case', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id) => !/^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(id))).toEqual(['hsts']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))('%s is told in Chinese sentences', (_id, rule) => {
    for (const text of [rule.title, rule.how, rule.remedy]) {
      expect(text).toMatch(/[\u4e00-\u9fff]/);
      expect(text).toMatch(/[。？）；]$/);
      expect(text.length).toBeLessThan(200);
    }
  });

  test('every section of the guide has rules', () => {
    const seen = new Set(rules.map(({ section }) => section));
    expect(sections.map(({ id }) => id).filter((id) => !seen.has(id))).toEqual([]);
  });
});
