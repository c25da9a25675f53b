import type { CertificateProblemCode, CertificateReport } from '../../../server/certificate/report.ts';
import type { ErrorCode } from '../../../server/contract/errors.ts';
import type { HttpAnswer, HttpAsk } from '../check/http-ask.ts';
import { type Context, type Finding, fail, pass, type Rule, unknown } from '../rule.ts';

/** The remedy of rules that wait for the app to answer at all. */
export const reachFirst = '先让应用域名打得开（见 domain-resolves 和 https-only），再检查一次。';

/** A rule about what the running app answers, and how that is judged. */
type Live = Omit<Rule, 'section' | 'check' | 'after'> & {
  ask: HttpAsk;
  judge(answer: HttpAnswer, context: Context): Finding | Promise<Finding>;
};

/** A rule about one answer of the running app. */
export const live = ({ ask, judge, facts = [], ...rule }: Live): Omit<Rule, 'section'> => ({
  ...rule,
  facts: ['domain.name', ...facts],
  after: 'deploy',
  check: (context) => liveAnswer(context, ask, (answer) => judge(answer, context)),
});

/**
 * Asks the running app over https. Where it does not answer at all, the rule `https-only` fails, and this one is
 * unknown.
 */
export async function liveAnswer(
  { probes }: Context,
  request: HttpAsk,
  judge: (answer: HttpAnswer) => Finding | Promise<Finding>,
): Promise<Finding> {
  const probed = await probes.https(request);
  return probed.ok ? judge(probed.answer) : unknown(`应用没有应答，查不了。${probed.reason}`, [], reachFirst);
}

/** How an answer is told as evidence: `GET /readyz → 200`, with the code of a fault. */
export const told = (request: HttpAsk, answer: HttpAnswer): string =>
  `${request.json === undefined ? 'GET' : 'POST'} ${request.path} → ${answer.status} ${faultCode(answer) ?? ''}`.trim();

/** The code of an answer that is a fault of the contract; null for any other answer. */
export function faultCode({ json }: HttpAnswer): ErrorCode | null {
  if (typeof json !== 'object' || json === null || !('code' in json) || !('requestId' in json)) return null;
  return typeof json.code === 'string' ? (json.code as ErrorCode) : null;
}

/** A request with a made-up session: the app must ask its database to refuse it. */
export const madeUpSession: HttpAsk = {
  path: '/api/me',
  headers: { authorization: `Bearer ${'listing-check'.padEnd(43, '-')}` },
};

/** A rule about one side of the certificate: it fails by the problems that are its own. */
type CertificateRule = Omit<Rule, 'section' | 'check' | 'facts' | 'after'> & {
  /** The problems that make it fail. */
  codes: readonly CertificateProblemCode[];
  good(report: CertificateReport): string;
  /** Says why the rule cannot decide; null where it can. */
  doubt?(report: CertificateReport): string | null;
};

export const certificate = ({
  codes,
  good,
  doubt = () => null,
  ...rule
}: CertificateRule): Omit<Rule, 'section'> => ({
  ...rule,
  facts: ['domain.name'],
  after: 'deploy',
  async check({ probes }) {
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
});
