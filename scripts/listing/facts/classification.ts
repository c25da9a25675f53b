import type { Listing } from '../listing.ts';

/** 自建 (the owner's own line decides) or 统建 (省大数据局 decides). */
export interface Classification {
  kind: 'self-built' | 'unified';
  /** 自建应用 or 统建应用. */
  name: string;
  /** Who may start the application: the owner, and where it is allowed the place's 大数据局 on their behalf. */
  applicants: readonly ('owner' | 'big-data-bureau')[];
  /** Why, one Chinese sentence a fact. */
  reasons: string[];
}

/** The facts that decide between 自建 and 统建. */
export const classificationFacts = ['scope.users', 'scope.contacts', 'scope.superExecutives'] as const;

/**
 * The guide, section 4: within the own line of users and permissions, 自建; beyond it, the place's 大数据局 may
 * (「可以」) apply on the owner's behalf, still as 自建; open to 超级高管, always 统建, whoever applies. Within the own
 * line it is the owner who applies (section 3: 「须由业主单位发起」).
 *
 * @returns null while one of {@link classificationFacts} is not known.
 */
export function classify({ scope }: Listing): Classification | null {
  const { users, contacts, superExecutives } = scope;
  if (users === null || contacts === null || superExecutives === null) return null;
  const beyond = [
    ...(users === 'beyond' ? ['使用范围超出本单位条线'] : []),
    ...(contacts === 'beyond' ? ['通讯录权限超出本单位条线'] : []),
  ];
  const applicants = beyond.length > 0 ? (['owner', 'big-data-bureau'] as const) : (['owner'] as const);
  if (superExecutives) {
    return {
      kind: 'unified',
      name: '统建应用',
      applicants,
      reasons: ['对超级高管开放的应用一律按统建应用审批，由省大数据局审批', ...beyond],
    };
  }
  return {
    kind: 'self-built',
    name: '自建应用',
    applicants,
    reasons:
      beyond.length > 0
        ? [...beyond, '可以由所在地大数据局代为发起，按自建应用流程提交']
        : [
            '使用范围不超出本单位条线',
            contacts === 'none' ? '不要通讯录权限' : '通讯录权限不超出本单位条线',
            '不对超级高管开放',
          ],
  };
}
