import type { Client, RoleName } from './auth.ts';
import type { BindingState, PeopleFilter } from './people.ts';
import type { TableFormat } from './table-file.ts';

/* Values that the console's pages load too: this file imports only types, so that the pages do not load TypeBox.
   First the Chinese names of a person's states, for the console, its files and the log. */

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

/** The formats of a file of rows, with names to choose from. */
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
 * Whether a text can be a person's id at the platform (DingTalk `userid`, 浙政钉 `accountId`). Messages join their
 * receivers' ids by commas: an id with a comma would reach another person.
 */
export const isPlatformId = (text: string): boolean => /^[^\s,]{1,128}$/.test(text);

/** The most people of one change. */
export const mostPeopleAtOnce = 1000;

// part: notices
/** The longest title of a notice, in characters: a line of a list on a phone. */
export const longestNoticeTitle = 100;
// part: notices
/** The longest body of a notice, in characters: in Chinese about 30 KB, half of the limit of a request. */
export const longestNoticeBody = 10_000;
