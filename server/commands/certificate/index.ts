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
  ${programWithOptions} cert 域名 --connect 地址:端口    不解析域名，直接连这个地址（例如网关的内网地址）`;

type Address = NonNullable<ReturnType<typeof parseAddress>>;

/** Shows a server's certificate, how long it lasts, and what is wrong with it. Exit code 1 if something is. */
export const command: Command = {
  usage,
  async run(args, { env, print }) {
    const { target, connectTo } = read(args, env);
    try {
      const report = await inspectCertificate({ ...target, connectTo, timeoutMs: 10_000 });
      print(describeCertificate(report));
      return report.problems.length === 0 ? 0 : 1;
    } catch (error) {
      if (!(error instanceof CertificateUnreachable)) throw error;
      throw new StartFailure(error.message);
    }
  },
};

function read(args: readonly string[], env: Environment): { target: Address; connectTo: Address | null } {
  const { values, positionals } = parsed(args);
  if (positionals.length > 1) throw new UsageError('一次检查一个域名。', usage);
  const connectTo = values.connect === undefined ? null : parseAddress(values.connect);
  if (values.connect !== undefined && connectTo === null) {
    throw new UsageError(`--connect 应写成“地址:端口”，不能是“${values.connect}”。`, usage);
  }
  return { target: named(positionals[0] ?? ownOrigin(env)), connectTo };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { connect: { type: 'string' } } });
  } catch {
    throw new UsageError(`看不懂这些参数：${args.join(' ')}`, usage);
  }
}

/** The address in a name, or in a whole https address, which people paste. */
function named(text: string): Address {
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
