import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { until } from '../../../server/testing/client.ts';
import { freePorts } from '../../../server/testing/ports.ts';
import { nginxSite } from '../nginx-site.ts';
import type { DeployPlan } from '../plan.ts';
import { type SiteCertificate, siteCertificate } from './certificate.ts';

/** One line of the access log. */
export interface AccessLine {
  address: string;
  method: string;
  path: string;
  status: string;
  /** Instances that were asked, in order, separated by commas. */
  instance: string;
  instanceStatus: string;
  requestId: string;
}

export interface Gateway {
  plan: DeployPlan;
  httpPort: number;
  httpsPort: number;
  /** Every certificate that it has shown, the present one last. */
  certificates: readonly SiteCertificate[];
  /** Puts another certificate in place and reloads, as an operator does. */
  swapCertificate(): Promise<void>;
  accessLog(): Promise<AccessLine[]>;
  /** The log's line of a request, by the id in its answer; nginx writes it when the answer has gone. */
  lineOf(requestId: unknown): Promise<AccessLine>;
  /** All that nginx has written, to whichever log. */
  everythingWritten(): Promise<string>;
  close(): Promise<void>;
}

/** The real nginx; null where none is installed. */
export function nginxBinary(): string | null {
  return (
    ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((file) => existsSync(file)) ?? null
  );
}

/** Version of the binary, e.g. `1.26.3`. */
export function nginxVersion(binary: string): string {
  const { stderr } = spawnSync(binary, ['-v'], { encoding: 'utf8' });
  return /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? '';
}

/**
 * `describe` where nginx is installed. Elsewhere it skips, loudly; in CI it must be there, since a suite
 * that is skipped would hide a fault.
 */
export function describeWithNginx() {
  const absent = nginxBinary() === null;
  if (absent && process.env.CI) throw new Error('CI 里必须有 nginx：apt-get install nginx-light');
  if (absent) console.warn('\n⚠ 跳过网关的测试：没有安装 nginx（Debian：apt-get install nginx-light）。\n');
  return describe.skipIf(absent);
}

/**
 * Starts nginx with the generated configuration, on free ports of this machine, as a gateway of `plan`.
 *
 * @param more.version the nginx that the configuration is made for; the one that is installed by default.
 * @param more.edit changes the configuration, for what the library would do with another one.
 */
export async function startGateway(
  plan: DeployPlan,
  more: { version?: string; edit?: (configuration: string) => string } = {},
): Promise<Gateway> {
  const { version, edit = (configuration) => configuration } = more;
  const binary = nginxBinary();
  if (binary === null) throw new Error('nginx is not installed');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gateway-'));
  // The workers run as another user where the tests run as root.
  await chmod(folder, 0o755);
  const at = (name: string) => path.join(folder, name);
  const [httpPort = 0, httpsPort = 0] = await freePorts(2);
  const certificates: SiteCertificate[] = [];
  const placeCertificate = async () => {
    const certificate = await siteCertificate(plan.domain);
    certificates.push(certificate);
    await writeFile(at('site.pem'), certificate.chain);
    await writeFile(at('site.key'), certificate.key, { mode: 0o600 });
  };
  await placeCertificate();
  await mkdir(at('tmp'));
  await writeFile(
    at('site.conf'),
    edit(
      nginxSite(plan, {
        httpPort,
        httpsPort,
        listenOn: '127.0.0.1',
        certificate: at('site.pem'),
        certificateKey: at('site.key'),
        logs: folder,
        version: version ?? nginxVersion(binary),
      }),
    ),
  );
  // As in a distribution's own nginx.conf.
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    at('nginx.conf'),
    `daemon off;
worker_processes 2;
pid ${at('nginx.pid')};
error_log ${at('main.error.log')} notice;
events { worker_connections 2048; }
http {
${temporary.map((name) => `    ${name}_temp_path ${at('tmp')}/${name};`).join('\n')}
    include ${at('site.conf')};
}
`,
  );
  const child = spawn(binary, ['-p', folder, '-c', at('nginx.conf'), '-e', at('main.error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let complaints = '';
  child.stderr.on('data', (data) => {
    complaints += data;
  });
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`nginx has ended: ${complaints}`);
      return answers(httpsPort);
    },
    10_000,
    'nginx listens',
  );
  const written = (name: string) => readFile(at(name), 'utf8').catch(() => '');

  const accessLog = async () => {
    const text = await written(`${plan.name}.access.log`);
    // nginx may be in the middle of a line.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const lines = whole.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as AccessLine);
  };

  return {
    plan,
    httpPort,
    httpsPort,
    certificates,
    async swapCertificate() {
      await placeCertificate();
      await reload(child, () => written('main.error.log'));
    },
    accessLog,
    async lineOf(requestId) {
      let found: AccessLine | undefined;
      await until(
        async () => {
          found = (await accessLog()).find((line) => line.requestId === requestId);
          return found !== undefined;
        },
        10_000,
        `a line of ${String(requestId)}`,
      );
      if (found === undefined) throw new Error('no line');
      return found;
    },
    async everythingWritten() {
      const logs = [`${plan.name}.access.log`, `${plan.name}.error.log`, 'main.error.log'];
      return (await Promise.all(logs.map(written))).join('\n') + complaints;
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the workers of the old configuration are told to go. */
async function reload(child: ChildProcess, log: () => Promise<string>): Promise<void> {
  const before = (await log()).split('gracefully shutting down').length;
  child.kill('SIGHUP');
  await until(
    async () => (await log()).split('gracefully shutting down').length > before,
    10_000,
    'the configuration is read anew',
  );
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const settle = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.on('connect', () => settle(true)).on('error', () => settle(false));
  });
}
