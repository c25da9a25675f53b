import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 7: 「“浙政钉”应用禁止使用 VPN 进行接入，这一点在规范中已经明确」. */
export const noVpn: Rule = {
  id: 'no-vpn',
  section: '7',
  title: '不使用 VPN 接入。',
  severity: 'must',
  how: '看 listing.yaml 的 deployment.vpn。',
  remedy:
    '改为在互联网接入区设网关转发请求（npm run deploy:files 画出部署结构），手机不装 VPN 就能打开应用。',
  async check({ listing }) {
    const asking = askForFacts(listing, ['deployment.vpn']);
    if (asking !== null) return asking;
    return listing.deployment.vpn === true ? fail('listing.yaml 写着使用 VPN 接入。') : pass('不使用 VPN。');
  },
};
