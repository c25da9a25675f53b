/**
 * The emulated organisation's people. `prisma/seed.ts` gives the same people their accounts, so that each of
 * them ends the sign-in on the page that their note names. All of them are invented; the mobile numbers are
 * from no real range (10x is not assigned to any carrier).
 *
 * DingTalk's `userid` and 浙政钉's `accountId` are the same digits here: one seed serves both platforms.
 */
export interface EmulatedPerson {
  /** The name by which the control API and the simulator know the person. */
  key: string;
  name: string;
  /** DingTalk `userid`; as a number, 浙政钉 `accountId`. */
  id: string;
  unionId: string;
  /** 浙政钉 `employeeCode`; null for super-administrators, who have none. */
  employeeCode: string | null;
  /** Null for 超级高管: no API gives their number. */
  mobile: string | null;
  department: string;
  title: string;
  /** DingTalk `sys_level`: 1 main administrator, 2 sub-administrator, 100 boss, 0 other. */
  sysLevel: 0 | 1 | 2 | 100;
  /** `left`: not in the organisation any more; `out-of-range`: outside the app's visible range. */
  standing: 'member' | 'left' | 'out-of-range';
  isSuperExecutive: boolean;
  /** What the vendor's own user table holds (see `prisma/seed.ts`). */
  account: 'bound' | 'unbound' | 'none' | 'disabled';
  /** Chinese, for the table that `npm run dev` prints and for the simulator. */
  note: string;
}

function person(
  number: number,
  more: Pick<EmulatedPerson, 'key' | 'name' | 'department' | 'account' | 'note'> & Partial<EmulatedPerson>,
): EmulatedPerson {
  return {
    id: String(270100 + number),
    unionId: `emulated-union-${more.key}`,
    employeeCode: `GE_emulated${String(number).padStart(4, '0')}`,
    mobile: `1000000${String(number).padStart(4, '0')}`,
    title: '科员',
    sysLevel: 0,
    standing: 'member',
    isSuperExecutive: false,
    ...more,
  };
}

export const people: readonly EmulatedPerson[] = [
  person(1, {
    key: 'zhangsan',
    name: '张三',
    department: '办公室',
    account: 'bound',
    note: '已绑定，直接登录',
  }),
  person(2, {
    key: 'lisi',
    name: '李四',
    department: '综合处',
    account: 'unbound',
    note: '有账号未绑定，先绑定一次',
  }),
  person(3, {
    key: 'wangwu',
    name: '王五',
    department: '规划处',
    account: 'none',
    note: '没有账号，停在绑定页',
  }),
  person(4, {
    key: 'zhaoliu',
    name: '赵六',
    department: '人事处',
    account: 'bound',
    standing: 'left',
    note: '已离开组织，无权限',
  }),
  person(5, {
    key: 'sunqi',
    name: '孙七',
    department: '外联处',
    account: 'none',
    standing: 'out-of-range',
    note: '不在应用可见范围，无权限',
  }),
  person(6, {
    key: 'zhouba',
    name: '周八',
    department: '财务处',
    account: 'disabled',
    note: '账号已停用，无权限',
  }),
  person(7, {
    key: 'chenguang',
    name: '陈光',
    department: '厅领导',
    title: '厅长',
    mobile: null,
    isSuperExecutive: true,
    account: 'bound',
    note: '超级高管，按平台 id 登录',
  }),
  person(8, {
    key: 'admin',
    name: '管理员',
    department: '信息中心',
    title: '管理员',
    sysLevel: 1,
    account: 'bound',
    note: '管理员，直接登录',
  }),
];
