import type { Client, RoleName } from './auth.ts';
import type { BindingState, PeopleFilter } from './people.ts';

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

export const clientNames: Readonly<Record<Client, string>> = {
  mini: '小程序',
  h5: '网页（H5、管理后台）',
};

/** Characters of a notice's title: a line of a list on a phone. */
export const longestNoticeTitle = 100;
/** Characters of a notice's body: in Chinese about 30 KB, half of what a request may hold. */
export const longestNoticeBody = 10_000;
