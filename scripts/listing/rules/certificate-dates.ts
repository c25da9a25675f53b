import { certificateRule } from '../facts/live.ts';

/** Guide 6: 「SSL 证书过期…钉钉内置浏览器会直接拦截…请务必记得在证书过期前，替换新的证书」. */
export const certificateDates = certificateRule(
  {
    id: 'certificate-dates',
    section: '6',
    title: '证书在有效期内，至少还有 30 天。',
    how: '连接应用域名，看证书的起止日期。',
    remedy: '申请新证书，换到网关上并重新加载 nginx。',
  },
  ['EXPIRED', 'NOT_YET_VALID', 'EXPIRES_SOON'],
  ({ daysLeft }) => `还有 ${daysLeft} 天。`,
);
