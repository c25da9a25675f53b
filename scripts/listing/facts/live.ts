import { isIP } from 'node:net';
import type { CertificateProblemCode, CertificateReport } from '../../../server/certificate/report.ts';
import type { HttpAnswer, HttpAsk } from '../check/http-ask.ts';
import { type Context, type Finding, fail, pass, type Rule, unknown } from '../rule.ts';
import { askForFacts } from './facts.ts';

/**
 * Asks the running app over https for a rule that is about its answer. Where it does not answer at all, that is
 * `https-only`'s finding, and nobody knows anything here.
 */
export async function liveAnswer(
  { listing, probes }: Context,
  request: HttpAsk,
  judge: (answer: HttpAnswer) => Finding | Promise<Finding>,
): Promise<Finding> {
  const asking = askForFacts(listing, ['domain.name']);
  if (asking !== null) return asking;
  const probed = await probes.https(request);
  return probed.ok ? judge(probed.answer) : unknown(`应用没有应答，查不了。${probed.reason}`, [], reachFirst);
}

/** What to do about a rule that waits for the app to answer at all. */
export const reachFirst = '先让应用域名打得开（见 domain-resolves 和 https-only），再检查一次。';

/** How an answer is told as evidence: `GET /readyz → 200`. */
export const told = (request: HttpAsk, { status }: HttpAnswer): string =>
  `${request.json === undefined ? 'GET' : 'POST'} ${request.path} → ${status}`;

/**
 * A rule about one side of the certificate: it fails by the problems that are its own.
 *
 * @param codes the problems that make it fail.
 * @param good what to say where there are none.
 * @param doubt says why nothing can be said yet; null to go on.
 */
export function certificateRule(
  rule: Omit<Rule, 'check' | 'severity'>,
  codes: readonly CertificateProblemCode[],
  good: (report: CertificateReport) => string,
  doubt: (report: CertificateReport) => string | null = () => null,
): Rule {
  return {
    ...rule,
    severity: 'must',
    async check({ listing, probes }) {
      const asking = askForFacts(listing, ['domain.name']);
      if (asking !== null) return asking;
      const probed = await probes.certificate();
      if (!probed.ok) return unknown(`看不到证书。${probed.reason}`, [], reachFirst);
      const { report } = probed;
      const evidence = [
        `证书：${report.subject}，签发者 ${report.issuer}，${report.validTo.slice(0, 10)} 到期`,
        `证书链：${report.chain.map(({ subject, from }) => (from === 'store' ? `${subject}（本机根证书）` : subject)).join(' ← ')}`,
      ];
      const own = report.problems.filter(({ code }) => codes.includes(code));
      if (own.length > 0) {
        const text = own.map((problem) => problem.text).join('');
        return fail(text, evidence, [...new Set(own.map((problem) => problem.remedy))].join(''));
      }
      const why = doubt(report);
      return why === null ? pass(good(report), evidence) : unknown(why, evidence);
    },
  };
}

/** IPv4 ranges that the internet does not lead to: private use, loopback, link-local, carrier's. */
const privateRanges: readonly RegExp[] = [
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^172\.(?:1[6-9]|2\d|3[01])\./,
  /^192\.168\./,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

/** Whether no address of the internet looks like this. */
export function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 4) return privateRanges.some((range) => range.test(address));
  const text = address.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  return text === '::1' || /^f[cd][0-9a-f]{2}:/.test(text) || /^fe[89ab][0-9a-f]:/.test(text);
}
