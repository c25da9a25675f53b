import type { RoleName } from '../contract/auth.ts';
import { roleNames } from '../contract/constants.ts';
import type { ImportGuide } from '../contract/import-export.ts';
import type { SheetColumn } from './xlsx-write.ts';

/** The fields of a person that an import can set, without the user name. */
export interface PersonFields {
  name: string;
  mobile: string | null;
  department: string | null;
  role: RoleName;
  dingUserId: string | null;
  employeeCode: string | null;
  isSuperExecutive: boolean;
}

export type FieldKey = keyof PersonFields;
export type ColumnKey = FieldKey | 'username' | 'password';

/** Longest values, in characters; the sign-in accepts no longer user names and passwords. */
export const longest: Readonly<Record<Exclude<ColumnKey, 'mobile' | 'role' | 'isSuperExecutive'>, number>> = {
  username: 64,
  name: 64,
  department: 128,
  dingUserId: 128,
  employeeCode: 64,
  password: 256,
};

/** The text of a cell that clears a field; an empty cell changes nothing. */
export const clearWord = '清空';

interface Column {
  title: string;
  /** Other accepted headings; compared without blanks and case. */
  aliases: readonly string[];
  required: boolean;
  explanation: string;
  example: string;
}

export const columns: Readonly<Record<ColumnKey, Column>> = {
  username: {
    title: '用户名',
    aliases: ['账号', '登录名', 'username'],
    required: true,
    explanation:
      '按它认人：已有的更新，没有的新增。最长 64 个字，区分大小写；新增的只用汉字、英文字母、数字和英文符号',
    example: 'zhangsan',
  },
  name: {
    title: '姓名',
    aliases: ['name'],
    required: true,
    explanation: '新增的人必填，最长 64 个字',
    example: '张三',
  },
  mobile: {
    title: '手机号',
    aliases: ['手机', '手机号码', '移动电话', 'mobile'],
    required: false,
    explanation: '11 位，两个人不能相同',
    example: '10000000001',
  },
  department: {
    title: '部门',
    aliases: ['处室', '单位', 'department'],
    required: false,
    explanation: '最长 128 个字',
    example: '办公室',
  },
  role: {
    title: '角色',
    aliases: ['role'],
    required: false,
    explanation: '普通用户、管理员或审计员；新增的人不填就是普通用户',
    example: '普通用户',
  },
  dingUserId: {
    title: '平台账号 id',
    aliases: ['平台账号', '平台id', 'dinguserid', 'userid', 'accountid'],
    required: false,
    explanation: '钉钉的 userid，浙政钉的 accountId；填了就能直接免登。已绑定的人不能在这里换绑',
    example: '270101',
  },
  employeeCode: {
    title: '员工编码',
    aliases: ['员工号', '工号', 'employeecode'],
    required: false,
    explanation: '浙政钉的 employeeCode，最长 64 个字',
    example: 'GE_1001',
  },
  isSuperExecutive: {
    title: '超级高管',
    aliases: ['是否超级高管', 'issuperexecutive'],
    required: false,
    explanation: '是或否',
    example: '否',
  },
  password: {
    title: '初始密码',
    aliases: ['密码', 'password'],
    required: false,
    explanation: '只用于新增的人，首次登录后要修改；已有账号的密码不会改动',
    example: '',
  },
};

export const columnKeys = Object.keys(columns) as ColumnKey[];
export const fieldKeys = columnKeys.filter(
  (key): key is FieldKey => key !== 'username' && key !== 'password',
);

const plain = (heading: string) => heading.replace(/\s/gu, '').toLowerCase();
const byHeading = new Map(
  columnKeys.flatMap((key) =>
    [columns[key].title, ...columns[key].aliases].map((heading) => [plain(heading), key] as const),
  ),
);

/** The column of a heading; null for an unknown one. */
export function columnOf(heading: string): ColumnKey | null {
  return byHeading.get(plain(heading)) ?? null;
}

export const templateHeadings: readonly string[] = columnKeys.map((key) => columns[key].title);

/** The hints of each column in a workbook. */
export const templateColumns: readonly SheetColumn[] = columnKeys.map((key) => {
  const { explanation, example } = columns[key];
  const prompt = `${explanation}${example === '' ? '' : `。例如：${example}`}`;
  const choices = key === 'role' ? Object.values(roleNames) : ['是', '否'];
  return key === 'role' || key === 'isSuperExecutive' ? { prompt, choices } : { prompt };
});

export const guideColumns: ImportGuide['columns'] = columnKeys.map((key) => {
  const { title, required, explanation, example } = columns[key];
  return { title, required, explanation, example };
});
