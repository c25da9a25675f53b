import { bindingNames, statusNames } from '../../../../contract/constants.ts';
import type { BoundByName, PersonField, PersonRow } from '../../../../contract/people.ts';

export const boundByNames: Readonly<Record<BoundByName, string>> = {
  PLATFORM_ID: '按平台账号 id 匹配',
  MOBILE: '按手机号匹配',
  PASSWORD: '本人用密码绑定',
  ADMINISTRATOR: '管理员设置',
};

export const fieldNames: Readonly<Record<PersonField, string>> = {
  username: '用户名',
  name: '姓名',
  department: '部门',
  mobile: '手机号',
  role: '角色',
  dingUserId: '平台账号 id',
  employeeCode: '员工编码',
  isSuperExecutive: '超级高管',
};

export const refusedText = '不能对自己的账号做这件事：否则可能再没有人能进管理后台。请让另一位管理员来做。';

/** TDesign's colours of a tag. */
export type Theme = 'success' | 'danger' | 'primary' | 'warning' | 'default';

/** The state of an account, for a list. */
export function statusOf({ disabled, leftAt }: Pick<PersonRow, 'disabled' | 'leftAt'>): {
  text: string;
  theme: Theme;
} {
  if (disabled) return { text: statusNames.disabled, theme: 'danger' };
  return leftAt === null
    ? { text: statusNames.active, theme: 'success' }
    : { text: statusNames.left, theme: 'default' };
}

const bindingThemes = { bound: 'success', expected: 'primary', unbound: 'default' } as const;

export const bindingOf = ({ binding }: Pick<PersonRow, 'binding'>): { text: string; theme: Theme } => ({
  text: bindingNames[binding],
  theme: bindingThemes[binding],
});
