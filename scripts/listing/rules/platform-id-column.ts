import { fail, pass, type Rule, unknown } from '../rule.ts';

const schemaFile = 'prisma/schema.prisma';

/** Guide 10: 「建议用户表中新增字段用于存储钉钉的 userId」. */
export const platformIdColumn: Rule = {
  id: 'platform-id-column',
  section: '10',
  title: '用户表有一个唯一的字段存平台的 userId。',
  severity: 'should',
  how: '读 prisma/schema.prisma 的 User：dingUserId 是可空的、唯一的字段。',
  remedy: '在 User 里保留 dingUserId String? @unique，并运行 npm run db:diff 生成迁移。',
  async check({ files }) {
    const schema = await files.read(schemaFile);
    const model = /^model User \{([\s\S]*?)^\}/m.exec(schema ?? '')?.[1];
    if (model === undefined) return unknown(`${schemaFile} 里没有 User。`);
    const field = /^\s*dingUserId\s+(\S+)(.*)$/m.exec(model);
    if (field === null) return fail(`${schemaFile} 的 User 没有 dingUserId。`);
    const [line = '', type = '', attributes = ''] = field;
    const found = [`${schemaFile}：${line.trim().replace(/\s+/g, ' ')}`];
    if (!/^String\?$/.test(type))
      return fail('dingUserId 应是可空的文本（String?）：没有绑定的人还没有它。', found);
    return /@unique\b/.test(attributes)
      ? pass('dingUserId 唯一，一个平台 id 只属于一个账号。', found)
      : fail('dingUserId 没有 @unique：两个账号可能有同一个平台 id。', found);
  },
};
