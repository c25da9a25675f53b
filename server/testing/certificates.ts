import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { Server } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

cryptoProvider.set(globalThis.crypto);

const day = 86_400_000;

/** A certificate made for a test, with its key. */
export interface TestCertificate {
  /** PEM. */
  cert: string;
  /** PEM. */
  key: string;
  certificate: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

export interface CertificateWish {
  /** The common name. */
  name: string;
  /** Who signs it; itself by default. */
  issuer?: TestCertificate;
  /** Whether it may sign others. */
  ca?: boolean;
  /** Names and addresses that it is for. */
  hosts?: readonly string[];
  /** Days from now; -1 and 100 by default. */
  from?: number;
  until?: number;
  /** The address of its issuer's certificate. */
  issuerUrl?: string;
  /** Bits of an RSA key; an elliptic key by default, which takes no time to make. */
  rsa?: number;
  hash?: 'SHA-256' | 'SHA-1';
}

let serial = 0;

/** Makes a real certificate, like authorities and private scripts. */
export async function makeCertificate(wish: CertificateWish): Promise<TestCertificate> {
  const { name, issuer, ca = false, hosts = [], from = -1, until = 100, rsa, hash = 'SHA-256' } = wish;
  const key =
    rsa === undefined
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: rsa,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash,
        };
  const keys = (await webcrypto.subtle.generateKey(key, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  serial += 1;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(4, '0'),
    subject: `CN=${name}, O=Test`,
    issuer: issuer?.certificate.subject ?? `CN=${name}, O=Test`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + until * day),
    signingAlgorithm: { name: (issuer?.keys ?? keys).privateKey.algorithm.name, hash },
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions: [
      new BasicConstraintsExtension(ca, undefined, true),
      ...(ca ? [new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)] : []),
      ...(hosts.length === 0
        ? []
        : [
            new SubjectAlternativeNameExtension(
              hosts.map((value) => ({
                type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
                value,
              })),
            ),
          ]),
      ...(wish.issuerUrl === undefined
        ? []
        : [new AuthorityInfoAccessExtension({ caIssuers: [wish.issuerUrl] })]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    certificate,
    keys,
  };
}

/** A root, an intermediate and a certificate for `host`, like those of a correct site. */
export async function makeChain(host: string, more: Partial<CertificateWish> = {}) {
  const root = await makeCertificate({ name: 'Test Root', ca: true, until: 3650 });
  const intermediate = await makeCertificate({ name: 'Test CA', ca: true, issuer: root, until: 1000 });
  const leaf = await makeCertificate({ name: host, hosts: [host], issuer: intermediate, ...more });
  return { root, intermediate, leaf };
}

export interface TlsServer {
  port: number;
  close(): Promise<void>;
}

/** A TLS server on 127.0.0.1 that takes connections and says nothing. */
export async function serveTls(options: TlsOptions): Promise<TlsServer> {
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  server.on('tlsClientError', () => {});
  return listening(server);
}

/** Any server, listening on a free port of 127.0.0.1; `close` ends its connections too. */
export async function listening(server: Server): Promise<TlsServer> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
