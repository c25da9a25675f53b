/** What may be wrong with a certificate; each code is one thing that is mended in one way. */
export type CertificateProblemCode =
  | 'SELF_SIGNED'
  | 'UNTRUSTED_AUTHORITY'
  | 'CHAIN_INCOMPLETE'
  | 'HOST_MISMATCH'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'EXPIRES_SOON'
  | 'WEAK_KEY'
  | 'WEAK_SIGNATURE'
  | 'OLD_PROTOCOL'
  | 'REFUSED';

export interface CertificateProblem {
  code: CertificateProblemCode;
  /** What is wrong, in Chinese. */
  text: string;
  /** Whose move it is and what to do, in Chinese. */
  remedy: string;
}

export interface ChainLink {
  subject: string;
  issuer: string;
  /** ISO 8601, UTC. */
  validTo: string;
  /** Whether the server sent it, or it is the trusted root, which stands in the store of this machine (and may have been sent too). */
  from: 'server' | 'store';
}

/** A certificate as its server shows it, and what a browser would say to it. */
export interface CertificateReport {
  host: string;
  port: number;
  /** The common name, or the first name that it is for. */
  subject: string;
  /** Organisation and common name of whoever signed it. */
  issuer: string;
  /** The names and addresses that it is for. */
  san: string[];
  /** ISO 8601, UTC. */
  validFrom: string;
  /** ISO 8601, UTC. */
  validTo: string;
  /** Whole days left; below 0 once it has expired. */
  daysLeft: number;
  /** From the certificate itself up to the root, as far as it is known. */
  chain: ChainLink[];
  /** Whether the server sent everything between the certificate and a trusted root. */
  chainComplete: boolean;
  selfSigned: boolean;
  hostMatches: boolean;
  /** What the connection agreed on, e.g. `TLSv1.3`. */
  protocol: string;
  /** Whether the signatures lead to a trusted root. Says nothing of dates and names: `problems` does. */
  trusted: boolean;
  /** Who trusts the root: every browser (`public`), or only whoever was given it by hand (`given`). */
  trustedBy: 'public' | 'given' | null;
  /** SHA-256 of the certificate, in hex: another one after each replacement. */
  fingerprint: string;
  /** Worst first; empty: nothing is wrong. */
  problems: CertificateProblem[];
}

/** Days left below which a certificate counts as about to expire. */
export const soonDays = 30;

/** There is no certificate to look at; the message is Chinese and says what to do. */
export class CertificateUnreachable extends Error {
  override readonly name = 'CertificateUnreachable';
  readonly reason: 'dns' | 'refused' | 'timeout' | 'not-tls' | 'handshake' | 'network';

  constructor(reason: CertificateUnreachable['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
