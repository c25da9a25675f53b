import type { EnvironmentReader } from '../config/environment.ts';

/** The app's own address, whose certificate the server watches. */
export interface CertificateConfig {
  /** The name that the certificate must be for. */
  host: string;
  port: number;
  /** Whom to connect to instead, e.g. the gateway's inner address; null: the host itself. */
  connectTo: { host: string; port: number } | null;
}

const originExample = 'https://app.example.gov.cn';
const addressExample = '10.0.0.10:443';

/** Reads `PUBLIC_ORIGIN` and `CERTIFICATE_ADDRESS`; null where there is nothing to watch. */
export function readCertificate(reader: EnvironmentReader): CertificateConfig | null {
  const value = reader.optional('PUBLIC_ORIGIN');
  const address = reader.optional('CERTIFICATE_ADDRESS');
  const connectTo = address === null ? null : parseAddress(address);
  if (address !== null && connectTo === null) {
    reader.complain('CERTIFICATE_ADDRESS', '应为“地址:端口”', addressExample);
  }
  if (value === null) return null;
  const origin = URL.canParse(value) ? new URL(value) : null;
  if (origin === null || origin.protocol !== 'https:' || value.replace(/\/$/, '') !== origin.origin) {
    reader.complain('PUBLIC_ORIGIN', '应为应用对外的 https 地址，不带路径', originExample);
    return null;
  }
  return {
    host: origin.hostname.replace(/^\[|\]$/g, ''),
    port: Number(origin.port || 443),
    connectTo,
  };
}

/** `host:port`, `host`, `[::1]:443`; the port is 443 where it is left out. @returns null for anything else. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const [, bracketed, plain, port = '443'] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? null
    : { host, port: Number(port) };
}
