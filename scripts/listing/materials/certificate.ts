import type { CertificateReport } from '../../../server/certificate/report.ts';
import { type Block, docx, heading, paragraph, type Run, table } from '../../report/docx.ts';
import { dayInChina } from '../../report/time.ts';
import type { Probes } from '../check/probes.ts';
import { type About, chineseDate, lacking, type Made, made, missingThing } from './material.ts';

const name = '证书检查';

/** Names the kind of signer: a public authority, an organisation's own, or the certificate itself. */
function authorityOf({ selfSigned, trustedBy, problems }: CertificateReport): string {
  if (trustedBy === 'public') return '公共证书机构签发，手机和浏览器信任它';
  if (trustedBy === 'given') return '单位自建的证书机构签发，装了它的根证书的设备才信任它';
  if (selfSigned) return '没有证书机构，是自制证书';
  return problems.some(({ code }) => code === 'CHAIN_INCOMPLETE')
    ? '证书链没有发全，还看不出是不是公共证书机构'
    : '单位自建的证书机构签发，手机和浏览器不信任它';
}

/**
 * The report on the app's certificate as a browser judges it today (guide 6). There is none where the app does not
 * answer.
 */
export async function certificateMaterial(probes: Probes, facts: About): Promise<Made> {
  const probed = await probes.certificate();
  if (!probed.ok) {
    const where =
      probes.host === null
        ? '先在 listing.yaml 里填应用域名（domain.name）'
        : `在能访问 https://${probes.host} 的机器上运行 npm run listing（${probed.reason}）`;
    return lacking(missingThing('应用的 SSL 证书', where, name));
  }
  return made({
    path: `3-${name}.docx`,
    purpose: '应用域名的 SSL 证书：签发机构、有效期、证书链，浏览器是否信任。',
    content: await documentOf(probed.report, facts),
  });
}

/** A private authority that is trusted for a rehearsal has no problems, but cannot be used for a listing. */
function conclusion(report: CertificateReport): Run[] {
  const count = report.problems.length;
  if (count > 0) {
    return [{ text: `发现 ${count} 处问题`, bold: true, tone: 'bad' }, { text: '：见“问题与处理”。' }];
  }
  const found = `${authorityOf(report)}；证书链完整，与域名相符，在有效期内。`;
  return report.trustedBy === 'given'
    ? [{ text: '单位自建机构的证书，不能用于上架', bold: true, tone: 'bad' }, { text: `：${found}` }]
    : [{ text: '没有发现问题', bold: true, tone: 'good' }, { text: `：${found}` }];
}

function documentOf(report: CertificateReport, facts: About): Promise<Buffer> {
  const day = (iso: string) => chineseDate(dayInChina(Date.parse(iso)));
  const good = report.problems.length === 0;
  const problems: Block[] = good
    ? []
    : [
        heading('问题与处理'),
        table({
          head: ['问题', '处理'],
          widths: [1, 1],
          rows: report.problems.map(({ text, remedy }) => [text, remedy]),
        }),
      ];
  return docx({
    title: 'SSL 证书检查',
    facts,
    blocks: [
      heading('结论'),
      paragraph(conclusion(report)),
      heading('证书'),
      table({
        widths: [2, 5],
        rows: [
          ['检查的地址', `https://${report.host}${report.port === 443 ? '' : `:${report.port}`}`],
          ['颁发给', report.subject],
          ['适用的域名', report.san.join('、')],
          ['签发机构', report.issuer],
          ['有效期', `${day(report.validFrom)} 至 ${day(report.validTo)}`],
          ['剩余天数', `${report.daysLeft} 天`],
          ['由谁签发', authorityOf(report)],
          ['域名', report.hostMatches ? '与应用域名相符' : '与应用域名不符'],
          ['证书链', report.chainComplete ? '完整' : '缺中间证书'],
          ['协商的协议', report.protocol.replace(/^TLSv/, 'TLS ')],
          ['SHA-256 指纹', report.fingerprint],
        ],
      }),
      heading('证书链'),
      table({
        head: ['序号', '颁发给', '签发者', '到期', '来源'],
        widths: [1, 4, 4, 3, 2],
        align: ['center'],
        rows: report.chain.map((link, index) => [
          String(index + 1),
          link.subject,
          link.issuer,
          day(link.validTo),
          link.from === 'server' ? '服务器发送' : '本机的根证书',
        ]),
      }),
      ...problems,
      paragraph('证书到期前请及时更换：过期后钉钉会直接拦截，应用打不开。'),
    ],
  });
}
