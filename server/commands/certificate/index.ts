import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inspectCertificate } from '../../certificate/inspect.ts';
import { CertificateUnreachable } from '../../certificate/report.ts';
import { parseAddress } from '../../config/certificate.ts';
import type { Environment } from '../../config/environment.ts';
import { StartFailure } from '../../config/start-failure.ts';
import { type Command, program, programWithOptions, UsageError } from '../command.ts';
import { describeCertificate } from './describe.ts';

const usage = `用法：
  ${program} cert                       检查应用域名的证书（.env 的 PUBLIC_ORIGIN）
  ${program} cert 域名                  检查别的域名，例如 ${program} cert app.example.gov.cn:8443
  ${programWithOptions} cert 域名 --connect 地址:端口    不解析域名，直接连这个地址（例如网关的内网地址）
  ${programWithOptions} cert 域名 --ca 文件.pem          额外信任这个根证书
  ${programWithOptions} cert --json                      输出 JSON`;

interface Request {
  target: { host: string; port: number };
  connectTo: { host: string; port: number } | null;
  ca: string | undefined;
  json: boolean;
}

/** What a server's certificate is, how long it lasts, and what is wrong with it; 1 where something is. */
export const command: Command = {
  usage,
  async run(args, { env, print }) {
    const { target, json, connectTo, ca } = read(args, env);
    try {
      const report = await inspectCertificate({
        ...target,
        connectTo,
        ca,
        timeoutMs: 10_000,
      });
      print(json ? JSON.stringify(report, null, 2) : describeCertificate(report));
      return report.problems.length === 0 ? 0 : 1;
    } catch (error) {
      if (!(error instanceof CertificateUnreachable)) throw error;
      throw new StartFailure(error.message);
    }
  },
};

function read(args: readonly string[], env: Environment): Request {
  const { values, positionals } = parsed(args);
  if (positionals.length > 1) throw new UsageError('一次检查一个域名。', usage);
  const connectTo = values.connect === undefined ? null : parseAddress(values.connect);
  if (values.connect !== undefined && connectTo === null) {
    throw new UsageError(`--connect 应写成“地址:端口”，不能是“${values.connect}”。`, usage);
  }
  return {
    target: named(positionals[0] ?? ownOrigin(env)),
    connectTo,
    ca: values.ca === undefined ? undefined : readText(values.ca),
    json: values.json ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { connect: { type: 'string' }, ca: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch {
    throw new UsageError(`看不懂这些参数：${args.join(' ')}`, usage);
  }
}

/** People paste whole addresses. */
function named(text: string): { host: string; port: number } {
  const url = /^https:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
  const found = url === null ? parseAddress(text) : { host: url.hostname, port: Number(url.port || 443) };
  if (found === null) throw new UsageError(`“${text}”不是域名。`, usage);
  return found;
}

function ownOrigin(env: Environment): string {
  const origin = env.PUBLIC_ORIGIN?.trim() ?? '';
  if (origin !== '') return origin;
  throw new UsageError('还不知道应用域名：请写在命令后面，或者填 .env 的 PUBLIC_ORIGIN。', usage);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new StartFailure(`读不到文件 ${file}。请检查路径是否写对。`);
  }
}
