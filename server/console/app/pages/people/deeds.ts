import type { PasswordReset, PersonDetail, PersonOutcome } from '../../../../contract/people.ts';
import type { Question } from '../../ask.ts';

/** What can be done to a person, with the words that ask before it, and those that tell that it is done. */
export interface Deed {
  path: 'disable' | 'enable' | 'unbind' | 'password-reset';
  ask(person: PersonDetail): Question;
  done: string;
}

export type DeedOutcome = PersonOutcome | PasswordReset;

const sessionsEnd = ({ sessions }: PersonDetail): string =>
  sessions.length === 0
    ? '现在没有登录着的设备。'
    : `现在登录着的 ${sessions.length} 个会话立即结束，没有保存的内容会丢失。`;

export const disable: Deed = {
  path: 'disable',
  ask: (person) => ({
    title: `停用${person.name}的账号？`,
    body: `停用后，本人进入应用会看到“账号已停用”，不能使用任何功能。\n${sessionsEnd(person)}\n\n账号、绑定和数据都保留，随时可以再启用。`,
    action: '停用',
  }),
  done: '已停用',
};

export const enable: Deed = {
  path: 'enable',
  ask: (person) => ({
    title: `启用${person.name}的账号？`,
    body: '启用后，本人可以马上登录，角色和绑定与停用前相同。',
    action: '启用',
  }),
  done: '已启用',
};

export const unbind: Deed = {
  path: 'unbind',
  ask: (person) => ({
    title: `解除${person.name}的绑定？`,
    body: person.isSuperExecutive
      ? `这是超级高管：解除后平台账号 id 也被清除，重新登记 id 之前本人无法进入应用。\n${sessionsEnd(person)}`
      : `解除后，平台账号 ${person.dingUserId ?? ''} 不再对应这个账号，本人下次进入要用用户名和密码重新绑定。忘记密码的，请接着重置密码。\n${sessionsEnd(person)}`,
    action: '解除绑定',
  }),
  done: '已解除绑定',
};

export const resetPassword: Deed = {
  path: 'password-reset',
  ask: (person) => ({
    title: `重置${person.name}的密码？`,
    body: `会生成一个一次性密码，只显示一次，三天内有效，原来的密码立即失效。\n${sessionsEnd(person)}\n\n已绑定的人进入小程序不需要密码，不受影响。`,
    action: '重置密码',
  }),
  done: '已重置密码',
};
