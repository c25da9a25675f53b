import type { BulkDeed, BulkPerson } from '../../../../contract/bulk.ts';
import { roleNames } from '../../../../contract/constants.ts';

/** Texts of the actions on one or many people: button, question and answer. */
export const bulkDeeds: Readonly<
  Record<BulkDeed, { name: string; what: string; danger: boolean; becomes(person: BulkPerson): string }>
> = {
  disable: {
    name: '停用',
    what: '本人进入应用会看到“账号已停用”，登录着的会话立即结束。账号、绑定和数据都保留，随时可以再启用。',
    danger: true,
    becomes: ({ sessions }) => (sessions > 0 ? `停用，${sessions} 个会话结束` : '停用'),
  },
  enable: {
    name: '启用',
    what: '本人可以马上登录，角色和绑定与停用前相同。',
    danger: false,
    becomes: () => '启用',
  },
  'reset-passwords': {
    name: '重置密码',
    what: '每人得到一个一次性密码，三天内有效；原来的密码立即失效。密码只显示一次，请准备好交给本人。已绑定的人进入小程序不需要密码，不受影响。',
    danger: true,
    becomes: ({ sessions }) => (sessions > 0 ? `新密码，${sessions} 个会话结束` : '新密码'),
  },
  'change-role': {
    name: '改角色',
    what: '管理员能改一切；审计员只能看，看不到完整手机号。登录着的会话不受影响。',
    danger: true,
    becomes: ({ role }) => `现在是${roleNames[role]}，会改变`,
  },
  'end-sessions': {
    name: '结束会话',
    what: '会话立即结束，没有保存的内容会丢失。账号不受影响，可以马上重新登录。',
    danger: true,
    becomes: ({ sessions }) => `${sessions} 个会话结束`,
  },
};
