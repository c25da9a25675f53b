import { needsStatements, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide, 情况说明模板: 「情况说明使用业主单位的红头文件编写」. */
export const statementRedHead = onlyFor(
  needsStatements,
  question({
    id: 'statement-red-head',
    section: 'statement',
    title: '情况说明用业主单位的红头文件编写并盖章，由业主单位承担相应的风险。',
    severity: 'must',
    remedy: '把生成的情况说明交给业主单位，用红头文件印发、盖章，扫描件放进项目。',
    question: { ask: '每份情况说明是否都已由业主单位用红头文件印发？', evidence: '盖章的扫描件' },
  }),
);
