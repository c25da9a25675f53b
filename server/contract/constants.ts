import type { Client, RoleName } from './auth.ts';
import type { BindingState, PeopleFilter } from './people.ts';
import type { TableFormat } from './table-file.ts';

/*
 * What the console's pages load of the contract as well: this file imports types alone, so that TypeBox is not among
 * it. First, what a person's states are called: on the console, in the files that it writes and reads, and in the log.
 */

export const roleNames: Readonly<Record<RoleName, string>> = {
  USER: '普通用户',
  ADMIN: '管理员',
  AUDITOR: '审计员',
};

export const statusNames: Readonly<Record<NonNullable<PeopleFilter['status']>, string>> = {
  active: '正常',
  disabled: '已停用',
  left: '已离开组织',
};

export const bindingNames: Readonly<Record<BindingState, string>> = {
  unbound: '未绑定',
  expected: '待首次登录',
  bound: '已绑定',
};

/** What a file of rows can be written as, for people who choose. */
export const tableFormatNames: Readonly<Record<TableFormat, string>> = {
  xlsx: 'Excel 工作簿（.xlsx）',
  csv: 'CSV（UTF-8）',
  'csv-gb18030': 'CSV（GB18030，旧系统用）',
};

export const clientNames: Readonly<Record<Client, string>> = {
  mini: '小程序',
  h5: '网页（H5、管理后台）',
};

/**
 * Whether a text can be a person's id at the platform (DingTalk `userid`, 浙政钉 `accountId`). Messages name their
 * receivers by ids that are joined by commas: an id with a comma would reach somebody else.
 */
export const isPlatformId = (text: string): boolean => /^[^\s,]{1,128}$/.test(text);

/** People to whom an administrator does something at once. */
export const mostPeopleAtOnce = 1000;

// part: notices
/** Characters of a notice's title: a line of a list on a phone. */
export const longestNoticeTitle = 100;
// part: notices
/** Characters of a notice's body: in Chinese about 30 KB, half of what a request may hold. */
export const longestNoticeBody = 10_000;
