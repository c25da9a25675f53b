/** Texts that mini program and H5 share. */
import type { SessionUser } from '../../server/contract/auth.ts';
import { waitText } from './format.ts';

export interface Question {
  title: string;
  body: string;
  action: string;
}

export const words = {
  noNotices: '暂时没有通知', // part: notices
  unread: '未读', // part: notices
  read: '已读', // part: notices
  sessions: '登录着的设备',
  thisSession: '正在使用',
  endSession: '让它退出',
  changePassword: '修改密码',
  typeSize: '字号',
} as const;

/** @param seconds until the next attempt. */
export const lockedText = (seconds: number): string =>
  `密码错误次数太多，账号已锁定。请 ${waitText(seconds)}后再试。`;

/** The type sizes to choose from, as a factor. */
export const typeSizes = [
  { value: '1', text: '标准' },
  { value: '1.5', text: '大' },
  { value: '2', text: '特大' },
] as const;
export type TypeSize = (typeof typeSizes)[number]['value'];

export const questions = {
  signOut: { title: '退出登录', body: '退出后，再次使用要重新登录。', action: '退出登录' },
  endSession: {
    title: '让它退出登录',
    body: '那里会立即退出，要重新登录才能使用。',
    action: '退出登录',
  },
  endAll: {
    title: '全部退出登录',
    body: '您登录过的所有设备都会立即退出，包括这一台，都要重新登录才能使用。',
    action: '全部退出',
  },
} satisfies Record<string, Question>;

/** The data of a person for themselves, from name to platform id. @param role the role's Chinese name */
export function ownFacts(user: SessionUser, role: string): { label: string; value: string }[] {
  return [
    { label: '姓名', value: user.name },
    { label: '用户名', value: user.username },
    { label: '部门', value: user.department || '暂无部门信息' },
    { label: '角色', value: role },
    { label: '平台账号', value: user.dingUserId === null ? '未绑定' : '已绑定' },
  ];
}
