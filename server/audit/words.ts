import type { BindRejectedReason, RoleName } from '../contract/auth.ts';
import { bindingNames, roleNames, statusNames, tableFormatNames } from '../contract/constants.ts';
import type { AuditDetails } from './audit.ts';

/** Chinese names of the actions. The type check asks for a name of every action. */
export const actionNames: Readonly<Record<keyof AuditDetails, string>> = {
  'sign-in': '登录',
  'sign-in.refused': '登录被拒绝',
  'administrator.created': '在命令行创建管理员',
  'sign-out': '退出登录',
  'password.refused': '修改密码被拒绝',
  'password.changed': '修改密码',
  'lockout.cleared': '解除锁定',
  'account.bound': '绑定账号',
  'bind.refused': '绑定被拒绝',
  'notice.created': '新建公告', // part: notices
  'notice.changed': '修改公告', // part: notices
  'notice.published': '发布公告', // part: notices
  'notice.withdrawn': '撤回公告', // part: notices
  'notice.deleted': '删除公告', // part: notices
  'person.created': '新增人员',
  'person.edited': '修改人员',
  'person.disabled': '停用账号',
  'person.enabled': '启用账号',
  'person.unbound': '解除绑定',
  'password.reset': '重置密码',
  'super-executive.added': '登记超级高管',
  'super-executive.removed': '取消超级高管',
  'sessions.ended': '结束会话',
  'mobile.revealed': '查看手机号',
  'person.left': '离开组织',
  'person.returned': '回到组织',
  'person.imported': '导入人员',
  'people.imported': '导入人员文件',
  'people.exported': '导出人员',
  'import.passwords-read': '下载初始密码',
  'job.run': '手动运行后台工作',
  'audit.exported': '导出审计日志',
  'audit.purged': '清理过期的审计日志',
};

const hasName = (action: string): action is keyof AuditDetails => Object.hasOwn(actionNames, action);

/** An action of another version of the app is shown by its code. */
export const nameOfAction = (action: string): string => (hasName(action) ? actionNames[action] : action);

/** Chinese names of the parts of an entry's detail. */
const fieldNames = new Map(
  Object.entries({
    username: '用户名',
    name: '姓名',
    mobile: '手机号',
    department: '部门',
    role: '角色',
    status: '状态',
    dingUserId: '平台账号 id',
    unionId: 'unionId',
    employeeCode: '员工编码',
    isSuperExecutive: '超级高管',
    boundAt: '绑定时间',
    boundBy: '绑定方式',
    leftAt: '离开组织的时间',
    mustChangePassword: '下次登录须改密码',
    passwordExpiresAt: '初始密码有效期至',
    title: '标题',
    body: '正文',
    publishedAt: '发布时间',
    withdrawnAt: '撤回时间',
    state: '状态',
    receivers: '接收人数',
    client: '登录入口',
    by: '方式',
    reason: '原因',
    row: '行号',
    import: '导入编号',
    fileHash: '文件指纹（SHA-256）',
    rows: '行数',
    created: '新增',
    changed: '更新',
    unchanged: '无变化',
    passwords: '初始密码个数',
    filters: '筛选条件',
    mobiles: '手机号',
    format: '文件格式',
    encoding: '编码',
    who: '操作人',
    action: '操作',
    subject: '对象',
    address: '来源地址',
    from: '开始时间',
    to: '结束时间',
    text: '关键字',
    q: '搜索',
    binding: '绑定',
    superExecutive: '只看超级高管',
    before: '早于',
    sessions: '会话数',
    together: '一起办理的人数',
    note: '说明',
    job: '后台工作',
  }),
);

const places = new Map([...fieldNames.keys()].map((key, at) => [key, at]));

/** Names of fields in the order in which people expect them; the database keeps no order. */
export function inOrder(keys: Iterable<string>): string[] {
  const place = (key: string) => places.get(key) ?? places.size;
  return [...new Set(keys)].sort((one, other) => place(one) - place(other));
}

export const nameOfField = (key: string): string => fieldNames.get(key) ?? key;

const bindReasons: Readonly<Record<BindRejectedReason, string>> = {
  INVALID_CREDENTIALS: '用户名或密码不对',
  LOCKED: '输错太多次，已锁定',
  TICKET_EXPIRED: '绑定凭证已过期',
  PASSWORD_EXPIRED: '初始密码已过期',
  ACCOUNT_ALREADY_BOUND: '账号已绑定别人',
  PERSON_ALREADY_BOUND: '本人已绑定别的账号',
};

/** Names of values, by field. Maps, because a key of a detail may be `constructor`. */
const valueNames = new Map(
  Object.entries<Readonly<Record<string, string>>>({
    role: roleNames satisfies Record<RoleName, string>,
    status: { ACTIVE: statusNames.active, DISABLED: statusNames.disabled, ...statusNames },
    state: { draft: '草稿', published: '已发布', withdrawn: '已撤回' },
    client: { mini: '小程序', h5: '网页' },
    by: {
      PLATFORM_ID: '平台账号 id',
      MOBILE: '手机号',
      PASSWORD: '用户名和密码',
      password: '用户名和密码',
      ADMINISTRATOR: '管理员',
      event: '平台事件',
      reconcile: '定期核对',
    },
    boundBy: {
      PLATFORM_ID: '平台账号 id',
      MOBILE: '手机号',
      PASSWORD: '用户名和密码',
      ADMINISTRATOR: '管理员',
    },
    reason: {
      ...bindReasons,
      WRONG_PASSWORD: '当前密码不对',
      BINDING_CLOSED: '不允许自行绑定',
      ADMINISTRATORS_ONLY: '不是管理员或审计员',
      ACCOUNT_DISABLED: '账号已停用',
      LEFT_ORGANISATION: '已离开组织',
    },
    binding: bindingNames,
    format: tableFormatNames,
    // Written by older versions.
    encoding: { 'utf-8': 'UTF-8', gb18030: 'GB18030' },
    mobiles: { masked: '隐藏中间四位', full: '完整号码' },
  }).map(([key, names]) => [key, new Map(Object.entries(names))]),
);

const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const beijing = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** `2026-11-24 09:05:07` in Beijing time. */
export const beijingTime = (at: Date): string => beijing.format(at);

const inWords = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'long',
  timeStyle: 'medium',
  hourCycle: 'h23',
});

/** A value of a detail, as text for people; null for an empty one. */
export function wordsOf(key: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (Array.isArray(value)) return value.map((one) => wordsOf(key, one) ?? '').join('、');
  if (typeof value === 'object') {
    const parts = inOrder(Object.keys(value)).map(
      (part) => `${nameOfField(part)}：${wordsOf(part, (value as Record<string, unknown>)[part]) ?? '无'}`,
    );
    return parts.length === 0 ? null : parts.join('；');
  }
  const text = String(value);
  const named = valueNames.get(key)?.get(text);
  if (named !== undefined) return named;
  if (key === 'action') return nameOfAction(text);
  // A text may look like a time and be none, e.g. the 99th of a month.
  const isInstant = instantPattern.test(text) && !Number.isNaN(Date.parse(text));
  return isInstant ? inWords.format(new Date(text)) : text;
}
