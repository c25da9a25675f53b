/** `npm run docs:rules`: writes the table of all rules into scripts/docs/listing.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { failStart } from '../../../server/config/start-failure.ts';
import { rules } from '../rules/index.ts';
import { rulesDocument, withRuleTable } from './rule-table.ts';

async function main(): Promise<void> {
  const before = await readFile(rulesDocument, 'utf8');
  const after = withRuleTable(before, rules);
  await writeFile(rulesDocument, after);
  console.log(
    after === before ? `${rulesDocument} 的规则表已是最新。` : `已重写 ${rulesDocument} 的规则表。`,
  );
}

main().catch(failStart);
