import { computed } from 'vue';
import { roleNames } from '../../contract/constants.ts';
import { currentUser } from './session.ts';

/** What the account pages of console and H5 say of the signed-in person: name and value; empty without one. */
export const ownFacts = computed(() => {
  const user = currentUser.value;
  if (user === null) return [];
  return [
    ['姓名', user.name],
    ['用户名', user.username],
    ['部门', user.department || '暂无部门信息'],
    ['角色', roleNames[user.role]],
    ['平台账号', user.dingUserId === null ? '未绑定' : '已绑定'],
  ] as const;
});
