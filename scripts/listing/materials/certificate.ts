import type { CertificateReport } from '../../../server/certificate/report.ts';
import { type Block, docx, heading, paragraph, table } from '../../report/docx.ts';
import type { Probes } from '../check/probes.ts';
import type { Made } from './material.ts';
import { chineseDate, dayInChina } from './wording.ts';

const name = '证书检查';

/** What a browser says of the app's certificate today (guide 6). Without an answer there is no report. */
export async function certificateMaterial(probes: Probes, appName: string, now: number): Promise<Made> {
  const probed = await probes.certificate();
  if (!probed.ok) {
    const where =
      probes.host === null
        ? '先在 listing.yaml 里填应用域名（domain.name）'
        : `在能访问 https://${probes.host} 的机器上运行 npm run listing（${probed.reason}）`;
    return {
      materials: [],
      missing: [{ title: '应用的 SSL 证书', where, example: null, fact: null, material: name }],
    };
  }
  const { report } = probed;
  return {
    materials: [
      {
        path: `3-${name}.docx`,
        purpose: '应用域名的 SSL 证书：签发机构、有效期、证书链，浏览器是否信任。',
        content: await documentOf(report, appName, now),
      },
    ],
    missing: [],
  };
}

function documentOf(report: CertificateReport, appName: string, now: number): Promise<Buffer> {
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
    subtitle: `${appName}　${chineseDate(dayInChina(now))}`,
    blocks: [
      heading('结论'),
      paragraph([
        {
          text: good ? '没有发现问题' : `发现 ${report.problems.length} 处问题`,
          bold: true,
          colour: good ? '0b6b3a' : 'b0191e',
        },
        {
          text: `：${good ? '证书由公开信任的机构签发，证书链完整，与域名相符，在有效期内。' : '见“问题与处理”。'}`,
        },
      ]),
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
          ['自签名（自制证书）', report.selfSigned ? '是' : '否'],
          ['与域名相符', report.hostMatches ? '是' : '否'],
          ['证书链完整', report.chainComplete ? '是' : '否'],
          ['浏览器信任', report.trusted && report.trustedBy === 'public' ? '是' : '否'],
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
          link.from === 'server' ? '服务器发送' : '受信任的根',
        ]),
      }),
      ...problems,
      paragraph('证书到期前请及时更换：过期后钉钉会直接拦截，应用打不开。'),
    ],
  });
}
