import { type CertificateReport, localDay } from '../../certificate/report.ts';

/** The report as lines for a terminal: the certificate, its chain, its problems. */
export function describeCertificate(report: CertificateReport): string {
  const { host, port, chain, problems } = report;
  const left = report.daysLeft < 0 ? '已过期' : `还有 ${report.daysLeft} 天`;
  const untrusted = report.chainComplete ? '不受信任' : '接不到受信任的根证书';
  const trust = report.trusted ? '公共证书机构，手机和浏览器信任' : untrusted;
  const facts = [
    ['地址', `${host}:${port}`],
    ['证书', report.subject],
    ['适用于', report.san.join('、') || '（没有写任何域名）'],
    ['签发者', report.issuer],
    ['有效期', `${localDay(report.validFrom)} 至 ${localDay(report.validTo)}，${left}`],
    ['信任', trust],
    ['协议', report.protocol],
  ];
  const links = chain.map(({ subject, validTo, from }, at) => [
    `第 ${at + 1} 级`,
    `${subject}，${localDay(validTo)} 到期${from === 'store' ? '（根证书）' : ''}`,
  ]);
  return [
    ...[...facts, ...links].map(([label = '', text]) => `  ${label.padEnd(5, '\u3000')}  ${text}`),
    ...(report.chainComplete ? [] : ['  （证书链到这里断了，接不到根证书）']),
    ...(problems.length === 0
      ? ['没有发现问题。']
      : problems.flatMap(({ text, remedy }, at) => [`${at + 1}. ${text}`, `   怎么办：${remedy}`])),
  ].join('\n');
}
