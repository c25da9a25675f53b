import { certificateRule } from '../facts/live.ts';

/** Guide, 申请 SSL 证书, step 3: 「在配置界面填写域名」. */
export const certificateHost = certificateRule(
  {
    id: 'certificate-host',
    section: 'certificate',
    title: '证书是给应用域名的。',
    how: '连接应用域名，看证书的备用名称（SAN）里有没有它；浏览器不看通用名。',
    remedy: '申请包含应用域名的证书，装到网关上。',
  },
  ['HOST_MISMATCH'],
  ({ host }) => `证书包含 ${host}。`,
);
