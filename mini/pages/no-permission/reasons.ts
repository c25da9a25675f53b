import type { NoPermissionReason } from '../../../server/contract/auth.ts';

export interface ReasonText {
  title: string;
  why: string;
  /** The contact, or what to do. */
  ask: string;
}

export const reasons: Record<NoPermissionReason | 'SIGNED_OUT', ReasonText> = {
  OUT_OF_RANGE: {
    title: '您不在本应用的使用范围',
    why: '本应用只对部分部门和人员开放。',
    ask: '如需使用，请联系本单位的浙政钉（钉钉）管理员，把您加入应用的可见范围。',
  },
  LEFT_ORGANISATION: {
    title: '您不在本组织的通讯录中',
    why: '平台上没有找到您的在职信息，可能已经调离。',
    ask: '如果有误，请联系本单位的人事或通讯录管理员。',
  },
  WRONG_ORGANISATION: {
    title: '请切换到正确的组织',
    why: '您现在所在的组织没有开通本应用。',
    ask: '请在工作台切换到开通了本应用的组织后重新打开；不清楚是哪个组织，请联系管理员。',
  },
  ACCOUNT_DISABLED: {
    title: '您的账号已停用',
    why: '您在本系统的账号目前不能使用。',
    ask: '如需恢复，请联系本系统的管理员。',
  },
  BINDING_CLOSED: {
    title: '您还没有本系统的账号',
    why: '本系统没有开放自行绑定。',
    ask: '请联系本系统的管理员，为您开通账号。',
  },
  SIGNED_OUT: {
    title: '您已退出登录',
    why: '本机保存的登录信息已清除。',
    ask: '需要继续使用时，请点“重新登录”，不用输入密码。',
  },
};

/** The text of a reason from a page's query; for an unknown one the contact is the administrator. */
export function reasonText(reason: string): ReasonText {
  const known = (Object.keys(reasons) as (keyof typeof reasons)[]).find((key) => key === reason);
  if (known !== undefined) return reasons[known];
  return { title: '您暂时不能使用本应用', why: '服务端没有说明原因。', ask: '请联系本系统的管理员。' };
}
