import { certificateRule } from '../facts/live.ts';

/** Guide 6: 「SSL 证书不允许使用自制证书，自制证书无法通过浏览器安全验证」. */
export const certificateTrusted = certificateRule(
  {
    id: 'certificate-trusted',
    section: '6',
    title: '证书由公共证书机构签发，不是自制证书。',
    how: '连接应用域名，用浏览器信任的根证书（Mozilla 名单）验证签名，并看密钥强度。',
    remedy: '向正规证书机构申请证书（免费的也可以），装到网关上并重新加载 nginx。',
  },
  ['SELF_SIGNED', 'UNTRUSTED_AUTHORITY', 'WEAK_KEY', 'WEAK_SIGNATURE', 'REFUSED'],
  ({ issuer }) => `由 ${issuer} 签发。`,
  ({ trusted }) => (trusted ? null : '证书链不完整，补全后才知道是不是公共机构签发的。'),
);
