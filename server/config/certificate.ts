import { isIP } from 'node:net';
import type { EnvironmentReader } from './environment.ts';

export interface Address {
  host: string;
  port: number;
}

/** The app's own address, whose certificate the server watches. */
export interface CertificateConfig {
  /** The name that the certificate must be for. */
  host: string;
  port: number;
  /** Addresses to connect to, e.g. the internal one of each gateway; empty: the host itself. */
  connectTo: readonly Address[];
}

const originExample = 'https://app.example.gov.cn';
const addressExample = '10.0.0.10:443';

/** Reads `PUBLIC_ORIGIN` and `CERTIFICATE_ADDRESS`; null without an address to watch. */
export function readCertificate(reader: EnvironmentReader): CertificateConfig | null {
  const value = reader.optional('PUBLIC_ORIGIN');
  const addresses = reader.optional('CERTIFICATE_ADDRESS')?.split(',') ?? [];
  const connectTo = addresses.flatMap((address) => parseAddress(address.trim()) ?? []);
  if (connectTo.length < addresses.length) {
    reader.complain('CERTIFICATE_ADDRESS', '应为“地址:端口”，多个用逗号分隔', addressExample);
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

/** `host:port`, with brackets around an IPv6 address. */
export const addressText = ({ host, port }: Address): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;

/** `host:port`, `host`, `[::1]:443`; the default port is 443. @returns null for anything else. */
export function parseAddress(text: string): Address | null {
  const [, bracketed, plain, port = '443'] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? null
    : { host, port: Number(port) };
}
