import { makeCertificate } from '../../../../server/testing/certificates.ts';
import type { Live } from '../live.ts';
import { host, send } from '../system.ts';
import type { Break } from './break.ts';

const certificate = async (h: Live, more: Parameters<typeof makeCertificate>[0], chain = true) => {
  const made = await makeCertificate({ issuer: h.system.intermediate, ...more });
  h.system.install({
    cert: made.cert + (chain ? h.system.intermediate.cert : ''),
    key: made.key,
    minVersion: 'TLSv1.2',
  });
};

/** What breaks the domain, its certificate and https. */
export const httpsBreaks: readonly Break[] = [
  [
    'a self-signed certificate',
    async (h) => {
      const own = await makeCertificate({ name: host, hosts: [host] });
      h.system.install({ cert: own.cert, key: own.key, minVersion: 'TLSv1.2' });
    },
    { 'certificate-trusted': 'fail' },
  ],
  [
    'an authority of one’s own',
    async (h) => {
      const ca = await makeCertificate({ name: 'Own CA', ca: true });
      const made = await makeCertificate({ name: host, hosts: [host], issuer: ca });
      h.system.install({ cert: made.cert + ca.cert, key: made.key, minVersion: 'TLSv1.2' });
    },
    { 'certificate-trusted': 'fail' },
  ],
  [
    'an expired certificate',
    (h) => certificate(h, { name: host, hosts: [host], from: -9, until: -1 }),
    { 'certificate-dates': 'fail' },
  ],
  [
    'a certificate with 20 days left',
    (h) => certificate(h, { name: host, hosts: [host], until: 20 }),
    { 'certificate-dates': 'fail' },
  ],
  [
    'a certificate of another name',
    (h) => certificate(h, { name: host, hosts: ['other.cn'] }),
    { 'certificate-host': 'fail' },
  ],
  [
    'a short chain',
    async (h) => {
      h.system.answers.set('/ca.cer', (_asked, response) => {
        response.end(Buffer.from(h.system.intermediate.certificate.rawData));
      });
      h.system.plain.handler = (asked, response) =>
        asked.url === '/ca.cer'
          ? response.end(Buffer.from(h.system.intermediate.certificate.rawData))
          : response.writeHead(301, { location: `https://${host}${asked.url}` }).end();
      const { port } = h.system.connect.get(`${host}:80`) ?? { port: 0 };
      await certificate(
        h,
        { name: host, hosts: [host], issuerUrl: `http://127.0.0.1:${port}/ca.cer` },
        false,
      );
    },
    { 'certificate-chain': 'fail' },
  ],
  [
    'a short chain whose missing part nobody can fetch',
    (h) => certificate(h, { name: host, hosts: [host], issuerUrl: 'http://127.0.0.1:1/ca.cer' }, false),
    { 'certificate-chain': 'fail', 'certificate-trusted': 'unknown' },
  ],
  [
    'TLS 1.1 still offered',
    (h) =>
      h.system.install({
        cert: h.system.leaf.cert + h.system.intermediate.cert,
        key: h.system.leaf.key,
        minVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      }),
    { 'tls-version': 'fail' },
  ],
  ['no HSTS', (h) => void h.system.headers.delete('strict-transport-security'), { hsts: 'fail' }],
  [
    'HSTS of a day',
    (h) => void h.system.headers.set('strict-transport-security', 'max-age=86400'),
    { hsts: 'fail' },
  ],
  [
    'content by plain http',
    (h) => {
      h.system.plain.handler = send(200, '你好');
    },
    { 'http-redirected': 'fail' },
  ],
  [
    'a redirection to somebody else',
    (h) => {
      h.system.plain.handler = (_asked, response) =>
        response.writeHead(302, { location: 'https://other.cn/' }).end();
    },
    { 'http-redirected': 'fail' },
  ],
  [
    'a redirection to plain http',
    (h) => {
      h.system.plain.handler = (_asked, response) =>
        response.writeHead(302, { location: `http://${host}/x` }).end();
    },
    { 'http-redirected': 'fail' },
  ],
  ['no PUBLIC_ORIGIN', (h) => void delete h.env.PUBLIC_ORIGIN, { 'certificate-watched': 'fail' }],
  [
    'a PUBLIC_ORIGIN of another domain',
    (h) => {
      h.env.PUBLIC_ORIGIN = 'https://other.cn';
    },
    { 'certificate-watched': 'fail' },
  ],
  [
    'a vendor’s domain, unexplained',
    (h) => {
      h.listing.domain.belongsTo = 'vendor';
    },
    { 'domain-owner': 'question' },
  ],
];
