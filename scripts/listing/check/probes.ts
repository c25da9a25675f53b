import type { LookupAddress } from 'node:dns';
import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP, connect as tcpConnect } from 'node:net';
import { offersVersion, type TlsVersion } from '../../../server/certificate/handshake.ts';
import { inspectCertificate } from '../../../server/certificate/inspect.ts';
import { type CertificateReport, CertificateUnreachable } from '../../../server/certificate/report.ts';
import { ask, type HttpAnswer, type HttpAsk, type NoAnswer, type Probed } from './http-ask.ts';

/** `silent`: no answer within the time, as from behind a firewall. */
export type PortState = 'open' | 'closed' | 'silent';

/** The network as rules use it. Each question is asked once in a check and shared by the rules. */
export interface Probes {
  /** The app's host name, from listing.yaml; null while it is not known. */
  readonly host: string | null;
  /** The addresses of a name; `rehearsed` where they were given, not looked up. */
  lookup(name: string): Promise<Probed<{ addresses: readonly string[]; rehearsed?: boolean }>>;
  /** The app's certificate. */
  certificate(): Promise<Probed<{ report: CertificateReport }>>;
  /** Whether the app's host speaks a version of TLS; null where this is not known. */
  speaks(version: TlsVersion): Promise<boolean | null>;
  /** Asks the app over https, on its own address. */
  https(request: HttpAsk): Promise<Probed<{ answer: HttpAnswer }>>;
  /** Asks the app over plain http, on port 80, and follows nothing. */
  http(request: HttpAsk): Promise<Probed<{ answer: HttpAnswer }>>;
  /** Whether a TCP connection from this machine is taken. */
  port(host: string, port: number): Promise<PortState>;
}

export interface ProbeSettings {
  host: string | null;
  /** `host:port` → the target to connect to instead. For rehearsals and tests. */
  connect?: ReadonlyMap<string, { host: string; port: number }>;
  /** PEM of roots that are trusted beside those of browsers. For rehearsals and tests. */
  ca?: string | undefined;
  /** Asks the system's resolver by default. */
  lookup?: (name: string) => Promise<LookupAddress[]>;
  /** For one connection or answer, in milliseconds. */
  timeoutMs?: number;
  now: number;
}

const noHost: NoAnswer = {
  ok: false,
  reason: 'listing.yaml 里还没有填应用域名（domain.name）。',
  certain: false,
};

export function createProbes(settings: ProbeSettings): Probes {
  const { host, connect, ca, timeoutMs = 5000, now } = settings;
  const lookup = settings.lookup ?? ((name: string) => dnsLookup(name, { all: true }));
  const asked = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, probe: () => Promise<T>): Promise<T> => {
    const known = asked.get(key) as Promise<T> | undefined;
    const running = known ?? probe();
    if (known === undefined) asked.set(key, running);
    return running;
  };
  const targetOf = (name: string, port: number) =>
    connect?.get(`${name}:${port}`) ?? { host: addressOf(name) ?? name, port };
  /** A host with a replaced port is replaced for all its ports. */
  const addressOf = (name: string) =>
    [...(connect ?? [])].find(([key]) => key.slice(0, key.lastIndexOf(':')) === name)?.[1].host;

  const web = (scheme: 'https' | 'http', request: HttpAsk) =>
    once(`${scheme} ${JSON.stringify(request)}`, async () => {
      if (host === null) return noHost;
      const target = targetOf(host, scheme === 'https' ? 443 : 80);
      return ask({ scheme, host, target, timeoutMs }, request);
    });

  return {
    host,
    lookup: (name) =>
      once(`lookup ${name}`, async () => {
        const replaced = isIP(name) === 0 ? addressOf(name) : undefined;
        if (replaced !== undefined) return { ok: true, addresses: [replaced], rehearsed: true };
        return lookUp(name, lookup, timeoutMs);
      }),
    certificate: () =>
      once('certificate', async () => {
        if (host === null) return noHost;
        try {
          const connectTo = targetOf(host, 443);
          const report = await inspectCertificate({
            host,
            connectTo,
            ca,
            timeoutMs,
            now,
          });
          return { ok: true, report };
        } catch (error) {
          return noAnswer(error);
        }
      }),
    speaks: (version) =>
      once(`speaks ${version}`, async () => {
        if (host === null) return null;
        try {
          return await offersVersion({ ...targetOf(host, 443), servername: host, timeoutMs }, version);
        } catch (error) {
          if (error instanceof CertificateUnreachable) return null;
          throw error;
        }
      }),
    https: (request) => web('https', request),
    http: (request) => web('http', request),
    port: (name, port) => once(`port ${name}:${port}`, () => portState(targetOf(name, port), timeoutMs)),
  };
}

async function lookUp(
  name: string,
  lookup: NonNullable<ProbeSettings['lookup']>,
  timeoutMs: number,
): Promise<Probed<{ addresses: readonly string[] }>> {
  if (isIP(name) !== 0) return { ok: true, addresses: [name] };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    const found: LookupAddress[] | 'late' = await Promise.race([lookup(name), late]);
    if (found === 'late') return { ok: false, reason: `解析 ${name} 超时。`, certain: false };
    return { ok: true, addresses: found.map(({ address }) => address) };
  } catch (error) {
    // Other codes, such as EAI_AGAIN, say that no resolver answered, and nothing of the name.
    const certain = error instanceof Error && 'code' in error && error.code === 'ENOTFOUND';
    return {
      ok: false,
      reason: certain ? `${name} 解析不了。` : `没有 DNS 服务器应答，查不了 ${name}。`,
      certain,
    };
  } finally {
    clearTimeout(timer);
  }
}

function noAnswer(error: unknown): NoAnswer {
  if (!(error instanceof CertificateUnreachable)) throw error;
  const certain = ['dns', 'refused', 'not-tls', 'handshake'].includes(error.reason);
  return { ok: false, reason: error.message, certain };
}

function portState({ host, port }: { host: string; port: number }, timeoutMs: number): Promise<PortState> {
  return new Promise((resolve) => {
    const socket = tcpConnect({ host, port, timeout: timeoutMs });
    const end = (state: PortState) => {
      socket.destroy();
      resolve(state);
    };
    socket.on('connect', () => end('open'));
    socket.on('timeout', () => end('silent'));
    socket.on('error', (error) =>
      end('code' in error && error.code === 'ECONNREFUSED' ? 'closed' : 'silent'),
    );
  });
}
