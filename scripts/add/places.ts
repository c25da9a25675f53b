/**
 * A place in a file of the app where a feature is registered. The lines are written for the sample feature,
 * `sample-entry`; they go before or after a text that the file must have.
 */
export interface Place {
  file: string;
  /** The text to look for; the first match counts. */
  at: RegExp;
  put: 'before' | 'after';
  lines: string;
}

export const places: readonly Place[] = [
  {
    file: 'prisma/schema.prisma',
    at: /^model User \{\n(?:(?!\}).*\n)*? {2}\w+ +\w+\[\]\n/m,
    put: 'after',
    lines: '  sampleEntry SampleEntry[]\n',
  },
  {
    file: 'prisma/schema.prisma',
    at: /$(?![\s\S])/,
    put: 'before',
    lines: `
/// 样例, as people write them.
model SampleEntry {
  id        String    @id @default(uuid(7)) @db.Uuid
  title     String
  body      String
  /// Null once the person is gone.
  authorId  String?   @map("author_id") @db.Uuid
  createdAt DateTime  @default(now()) @map("created_at") @db.Timestamptz(3)
  /// When an administrator said that it is done; null for what is open.
  doneAt    DateTime? @map("done_at") @db.Timestamptz(3)
  author    User?     @relation(fields: [authorId], references: [id], onDelete: SetNull)

  @@index([createdAt(sort: Desc), id(sort: Desc)])
  @@index([authorId, createdAt(sort: Desc), id(sort: Desc)])
  @@map("sample_entry")
}
`,
  },
  {
    file: 'server/app.ts',
    at: /^import /m,
    put: 'before',
    lines: `import { adminSampleEntryRoutes } from './sample-entry/admin-routes.ts';
import { sampleEntryRoutes } from './sample-entry/routes.ts';
`,
  },
  {
    file: 'server/app.ts',
    at: /^ {2}(?:await app\.register\(auditRoutes\)|return app);$/m,
    put: 'before',
    lines: '  await app.register(sampleEntryRoutes);\n  await app.register(adminSampleEntryRoutes);\n',
  },
  {
    file: 'server/audit/audit.ts',
    at: /^export interface AuditDetails .*\n/m,
    put: 'after',
    lines: "  'sample-entry.done': { title: string };\n  'sample-entry.reopened': { title: string };\n",
  },
  {
    file: 'server/audit/words.ts',
    at: /^export const actionNames: .*\n/m,
    put: 'after',
    lines: "  'sample-entry.done': '处理样例',\n  'sample-entry.reopened': '重新打开样例',\n",
  },
  {
    file: 'server/audit/describe.ts',
    at: /^const subjectKinds = new Map\(\n {2}Object\.entries\(\{\n/m,
    put: 'after',
    lines: "    'sample-entry': '样例',\n",
  },
  {
    file: 'server/auth/administrators.test.ts',
    at: /^const forAuditors: .*\n/m,
    put: 'after',
    lines: "  'GET /api/admin/sample-entry',\n",
  },
  {
    file: 'mini/app.json',
    at: /"pages": \[\n.*\n/,
    put: 'after',
    lines: '    "pages/sample-entry/index",\n',
  },
  {
    file: 'mini/pages/me/index.axml',
    at: /^ *<view class="me-link"/m,
    put: 'before',
    lines: `      <view class="me-link" onTap="openSampleEntry">
        <view>样例</view>
        <view class="me-arrow" />
      </view>
`,
  },
  {
    file: 'mini/pages/me/index.ts',
    at: /^ {2}signOut\(\) \{\n/m,
    put: 'before',
    lines: `  openSampleEntry() {
    navigateTo('/pages/sample-entry/index');
  },

`,
  },
];

/** @returns the text with a place's lines in it; null where the place is not there. */
export function withLines(text: string, { at, put, lines }: Place): string | null {
  const found = at.exec(text);
  if (found === null) return null;
  const where = found.index + (put === 'after' ? found[0].length : 0);
  return text.slice(0, where) + lines + text.slice(where);
}
