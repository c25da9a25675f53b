import type { CertificateProblemCode, CertificateReport } from '../../../server/certificate/report.ts';
import type { HttpAnswer, NoAnswer } from '../check/http-ask.ts';
import type { PortState, Probes } from '../check/probes.ts';
import { bid, guideCode, host, page } from './filled.ts';

/** The network around an app that meets every rule, as probes would find it; a test changes single answers. */
export interface Network {
  probes: Probes;
  /** The app's answers by HTTPS, by path; 404 for others. */
  answers: Map<string, HttpAnswer | NoAnswer>;
  /** The answer of port 80. */
  plain: HttpAnswer | NoAnswer;
  /** Headers of every answer by https. */
  headers: Record<string, string>;
  /** Addresses by name; other names are unknown. */
  names: Map<string, readonly string[]>;
  /** `host:port` that answers; others refuse. */
  ports: Map<string, PortState>;
  versions: Set<string>;
  certificate: CertificateReport;
  certificateProblems(...codes: CertificateProblemCode[]): void;
}

export const answer = (
  status: number,
  body: string | object = {},
  headers: Record<string, string> = {},
): HttpAnswer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json';
  return {
    status,
    headers: { 'content-type': type, ...headers },
    body: text,
    json: typeof body === 'string' ? undefined : body,
  };
};

export const silence = (certain: boolean): NoAnswer => ({ ok: false, reason: '没有应答。', certain });

const fault = (status: number, code: string) => answer(status, { statusCode: status, code, requestId: 'r' });

export function wholeNetwork(): Network {
  const answers: Network['answers'] = new Map([
    ['/healthz', answer(200)],
    ['/readyz', answer(200)],
    ['/api/me', fault(401, 'SESSION_EXPIRED')],
    ['/api/auth/login', fault(401, 'AUTH_CODE_INVALID')],
    ['/api/auth/bind', answer(200, { outcome: 'rejected', reason: 'TICKET_EXPIRED' })],
    ['/console', answer(200, page(guideCode(bid)))],
    ['/console/assets/index-1.js', answer(200, '/* app */')],
  ]);
  const given = (found: HttpAnswer | NoAnswer, headers: Record<string, string> = {}) =>
    'ok' in found
      ? found
      : { ok: true as const, answer: { ...found, headers: { ...found.headers, ...headers } } };
  const network: Network = {
    answers,
    plain: answer(301, '', { location: `https://${host}/api/me` }),
    headers: { 'strict-transport-security': 'max-age=31536000' },
    names: new Map<string, readonly string[]>([
      [host, ['203.0.113.9']],
      ...['g.alicdn.com', 'px.ucweb.com', 'px-intl.ucweb.com'].map(
        (name) => [name, ['203.0.113.1']] as const,
      ),
    ]),
    ports: new Map(),
    versions: new Set(['TLSv1.2', 'TLSv1.3']),
    certificate: {
      host,
      port: 443,
      subject: host,
      issuer: 'Test CA',
      san: [host],
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-01-01T00:00:00.000Z',
      daysLeft: 90,
      chain: [{ subject: host, issuer: 'Test CA', validTo: '2027-01-01T00:00:00.000Z', from: 'server' }],
      chainComplete: true,
      selfSigned: false,
      hostMatches: true,
      protocol: 'TLSv1.3',
      trusted: true,
      trustedBy: 'public',
      fingerprint: 'ab',
      problems: [],
    },
    certificateProblems(...codes) {
      network.certificate.problems = codes.map((code) => ({
        code,
        text: `问题 ${code}。`,
        remedy: '换证书。',
      }));
    },
    probes: {
      host,
      async lookup(name) {
        const literal = /^[\d.]+$/.test(name) ? [name] : undefined;
        const addresses = literal ?? network.names.get(name);
        return addresses === undefined ? silence(true) : { ok: true, addresses };
      },
      certificate: async () => {
        const down = given(answers.get('/healthz') ?? answer(404));
        return down.ok ? { ok: true, report: network.certificate } : down;
      },
      speaks: async (version) => network.versions.has(version),
      https: async ({ path }) => given(answers.get(path) ?? answer(404), network.headers),
      http: async () => given(network.plain),
      port: async (name, port) => network.ports.get(`${name}:${port}`) ?? 'closed',
    },
  };
  return network;
}
