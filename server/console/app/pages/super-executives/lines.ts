import type { SuperExecutiveInput } from '../../../../contract/super-executives.ts';

/** Pasted or typed lines: id, name, department, separated by commas or tabs. */
export function readLines(text: string): {
  people: SuperExecutiveInput[];
  problems: { row: number; message: string }[];
  /** The line of each of `people`. */
  rows: number[];
} {
  const people: SuperExecutiveInput[] = [];
  const rows: number[] = [];
  const problems: { row: number; message: string }[] = [];
  for (const [at, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const row = at + 1;
    const [dingUserId = '', name = '', department = '', ...more] = line
      .split(/[,，\t]/)
      .map((part) => part.trim());
    // The heading of a pasted table.
    if (/^(?:id|userid|accountid|平台账号 ?id)$/i.test(dingUserId)) continue;
    if (dingUserId === '' || name === '') problems.push({ row, message: '每行要有 id 和姓名，用逗号隔开。' });
    else if (more.some((part) => part !== ''))
      problems.push({ row, message: '多了一列，每行是：id，姓名，部门。' });
    else {
      people.push({ dingUserId, name, department: department === '' ? null : department });
      rows.push(row);
    }
  }
  return { people, problems, rows };
}
