import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 4: 「应用获取的权限范围（比如通讯录权限）」 decides, so what is applied for must be what the app uses. */
export const permissionsListed: Rule = {
  id: 'permissions-listed',
  section: '4',
  title: '申请的权限与应用实际使用的一致。',
  severity: 'must',
  how: '比较 listing.yaml 的 scope.contacts、scope.permissions 与生产配置（MATCH_BY_MOBILE 要读成员信息和手机号）。',
  remedy: '在 scope.permissions 里列出应用要的每一项权限；用不到通讯录的，scope.contacts 填 none。',
  async check({ listing, env }) {
    const asking = askForFacts(listing, ['scope.contacts']);
    if (asking !== null) return asking;
    const { contacts, permissions } = listing.scope;
    const readsMobile = env.MATCH_BY_MOBILE?.trim() === 'on' && listing.app.platform !== 'zhezhengding';
    if (readsMobile && contacts === 'none') {
      return fail('生产配置 MATCH_BY_MOBILE=on 要读成员的手机号，listing.yaml 却写着不要通讯录权限。', [
        'listing.yaml：scope.contacts 是 none',
        '生产配置：MATCH_BY_MOBILE=on',
      ]);
    }
    if (readsMobile && !permissions.some((name) => /手机号|mobile/i.test(name))) {
      return fail('生产配置 MATCH_BY_MOBILE=on 要读手机号，申请的权限里没有“员工手机号信息”。', permissions);
    }
    if (contacts !== 'none' && permissions.length === 0) {
      return fail('要通讯录权限，但没有列出是哪几项（scope.permissions）。');
    }
    return pass(
      contacts === 'none' ? '不要通讯录权限。' : `列出了 ${permissions.length} 项权限。`,
      permissions,
    );
  },
};
