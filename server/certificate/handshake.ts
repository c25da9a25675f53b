import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { CertificateUnreachable } from './report.ts';

export interface HandshakeTarget {
  /** The address to connect to. */
  host: string;
  port: number;
  /** The name that is asked for (SNI); `host` by default. */
  servername?: string | undefined;
  /** Time limit of the handshake, in milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface Handshake {
  leaf: X509Certificate;
  /** Other sent certificates, and roots that this machine added, in any order. */
  others: X509Certificate[];
  protocol: string;
  /** OpenSSL's code for a refusal; null without one. */
  refusal: string | null;
  /** The address that the connection reached. */
  address: string;
}

/** Accepts old ciphers, short keys and old protocols, so that they can be reported. */
const tolerant: ConnectionOptions = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
};

/**
 * Makes one TLS connection and reads the server's certificates.
 *
 * @param roots PEM of the roots for OpenSSL's verification.
 * @throws CertificateUnreachable.
 */
export function shakeHands(target: HandshakeTarget, roots: readonly string[]): Promise<Handshake> {
  return connected(target, { ...tolerant, ca: [...roots] }, (socket) => {
    const peer = socket.getPeerCertificate(true);
    // Empty or absent for a cipher without certificates.
    if (peer?.raw === undefined) {
      throw new CertificateUnreachable('handshake', '服务器没有出示证书。请检查网关的证书配置。');
    }
    const [leaf, ...others] = links(peer);
    if (leaf === undefined) throw new Error('unreachable: the peer has a certificate');
    return {
      leaf,
      others,
      protocol: socket.getProtocol() ?? '',
      refusal: socket.authorized ? null : authorizationCode(socket),
      address: socket.remoteAddress ?? target.host,
    };
  });
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/**
 * Whether a server supports exactly this version.
 *
 * @throws CertificateUnreachable for any failure except a refused version.
 */
export async function offersVersion(target: HandshakeTarget, version: TlsVersion): Promise<boolean> {
  try {
    return await connected(
      target,
      { ...tolerant, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' },
      () => true,
    );
  } catch (error) {
    if (error instanceof CertificateUnreachable && error.reason === 'handshake') return false;
    throw error;
  }
}

function connected<T>(
  { host, port, servername = host, timeoutMs, signal }: HandshakeTarget,
  options: ConnectionOptions,
  read: (socket: TLSSocket) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...options,
      host,
      port,
      // SNI does not allow IP addresses.
      ...(isIP(servername) === 0 ? { servername } : {}),
    });
    // Separates a server that cuts the connection from one that cannot be reached.
    let reached = false;
    socket.on('connect', () => {
      reached = true;
    });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      socket.destroy();
      settle();
    };
    const timedOut = () =>
      new CertificateUnreachable(
        'timeout',
        `${timeoutMs / 1000} 秒内没有和 ${host}:${port} 建立安全连接。请检查网络、防火墙和网关是否在运行。`,
      );
    const timer = setTimeout(() => end(() => reject(timedOut())), timeoutMs);
    const aborted = () => end(() => reject(timedOut()));
    if (signal?.aborted === true) aborted();
    signal?.addEventListener('abort', aborted);
    socket.on('secureConnect', () => {
      // Must be read before the socket ends.
      try {
        const value = read(socket);
        end(() => resolve(value));
      } catch (error) {
        end(() => reject(error));
      }
    });
    socket.on('error', (error) => end(() => reject(explained(error, { host, port }, reached))));
    socket.on('close', () => end(() => reject(cutOff({ host, port }))));
  });
}

type Address = Pick<HandshakeTarget, 'host' | 'port'>;

const cutOff = ({ host, port }: Address, cause?: unknown) =>
  new CertificateUnreachable(
    'handshake',
    `${host}:${port} 在建立安全连接时中断了。请检查网关的 TLS 配置（证书、协议版本）。`,
    cause,
  );

function explained(error: Error, address: Address, reached: boolean): CertificateUnreachable {
  const { host, port } = address;
  const code = 'code' in error ? String(error.code) : '';
  if (/^E(?:NOTFOUND|AI_AGAIN|AI_FAIL)$/.test(code)) {
    return new CertificateUnreachable(
      'dns',
      `域名 ${host} 解析不了。请检查域名是否写对、是否已经解析。`,
      error,
    );
  }
  if (code === 'ECONNREFUSED') {
    return new CertificateUnreachable(
      'refused',
      `${host} 的 ${port} 端口没有服务在监听。请检查网关是否在运行、端口是否开放。`,
      error,
    );
  }
  if (/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/.test(code)) {
    return new CertificateUnreachable(
      'not-tls',
      `${host}:${port} 答的不是 HTTPS。请检查这个端口是否配置了证书（nginx 的 listen … ssl）。`,
      error,
    );
  }
  // This machine's OpenSSL lacks the version, which says nothing about the server.
  const ours = code === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE';
  if (reached && !ours && (/^ERR_SSL_/.test(code) || code === 'ECONNRESET' || code === 'EPROTO')) {
    return cutOff(address, error);
  }
  return new CertificateUnreachable('network', `连不上 ${host}:${port}（${code || error.message}）。`, error);
}

/** The certificates of a peer, its own first; Node links each to the one that signed it. */
function links(peer: DetailedPeerCertificate): X509Certificate[] {
  const found: X509Certificate[] = [];
  for (let link: DetailedPeerCertificate | undefined = peer; link?.raw !== undefined; ) {
    const certificate = new X509Certificate(link.raw);
    // A root is its own issuer.
    if (found.some((one) => one.raw.equals(certificate.raw))) break;
    found.push(certificate);
    link = link.issuerCertificate;
  }
  return found;
}

/** The code of the refusal; Node's types call it an Error, but it may be a string. */
function authorizationCode(socket: TLSSocket): string {
  const error: unknown = socket.authorizationError;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
