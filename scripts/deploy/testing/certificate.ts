import { X509Certificate } from 'node:crypto';
import { makeCertificate } from '../../../server/testing/certificates.ts';

export interface SiteCertificate {
  /** PEM of the authority; clients trust it. */
  authority: string;
  /** PEM of the certificate and its authority, as nginx takes it. */
  chain: string;
  /** PEM of the private key. */
  key: string;
  /** SHA-256, as Node's `getPeerCertificate().fingerprint256` has it. */
  fingerprint: string;
}

let made = 0;

/** A certificate for one host name, by an authority made for it. */
export async function siteCertificate(domain: string): Promise<SiteCertificate> {
  made += 1;
  // Two authorities of the same name would be taken for one another.
  const authority = await makeCertificate({ name: `Authority ${made}`, ca: true, until: 3650 });
  const leaf = await makeCertificate({ name: domain, hosts: [domain], issuer: authority });
  return {
    authority: authority.cert,
    chain: leaf.cert + authority.cert,
    key: leaf.key,
    fingerprint: new X509Certificate(leaf.cert).fingerprint256,
  };
}
