import { certificateRule } from '../facts/live.ts';

/** Guide, 申请 SSL 证书, steps 5 and 6: what is downloaded and installed holds the intermediate certificates too. */
export const certificateChain = certificateRule(
  {
    id: 'certificate-chain',
    section: 'certificate',
    title: '服务器发送完整的证书链，不缺中间证书。',
    how: '连接应用域名，看服务器发来的证书能不能接到根证书；缺的按证书里写的地址取来核对。',
    remedy: '把中间证书接在网站证书后面存成一个文件，ssl_certificate 指向它，再重新加载 nginx。',
  },
  ['CHAIN_INCOMPLETE'],
  ({ chain }) => `证书链完整，共 ${chain.length} 级。`,
);
