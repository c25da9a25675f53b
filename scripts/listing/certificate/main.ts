/** `npm run cert [域名[:端口]]`: what a server's certificate is, how long it lasts, and what is wrong with it. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inspectCertificate } from '../../../server/certificate/inspect.ts';
import { CertificateUnreachable } from '../../../server/certificate/report.ts';
import { parseAddress } from '../../../server/config/certificate.ts';
import { loadEnvironment } from '../../../server/config/environment-file.ts';
import { failStart, StartFailure } from '../../../server/config/start-failure.ts';
import { readText } from '../check/arguments.ts';
import { listingFile, loadListing } from '../listing-file.ts';
import { describeCertificate } from './describe.ts';

const usage = `用法：
  npm run cert                      检查应用域名的证书（.env 的 PUBLIC_ORIGIN，或 listing.yaml 的 domain.name）
  npm run cert 域名                 检查别的域名，例如 npm run cert app.example.gov.cn:8443
  npm run cert -- 域名 --connect 地址:端口    不解析域名，直接连这个地址（例如网关的内网地址）
  npm run cert -- 域名 --ca 文件.pem          额外信任这个根证书
  npm run cert -- --json                      输出 JSON
PowerShell 里请把 -- 写成 '--'。`;

interface Request {
  target: { host: string; port: number };
  connectTo: { host: string; port: number } | null;
  ca: string | undefined;
  json: boolean;
}

async function main(): Promise<boolean> {
  const request = await read(process.argv.slice(2));
  if (request === null) {
    console.log(usage);
    return true;
  }
  const { target, connectTo, ca, json } = request;
  const report = await inspectCertificate({
    ...target,
    connectTo,
    ca,
    timeoutMs: 10_000,
    fetchIssuers: true,
  });
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else console.log(describeCertificate(report));
  return report.problems.length === 0;
}

async function read(args: readonly string[]): Promise<Request | null> {
  const { values, positionals } = parsed(args);
  if (values.help === true) return null;
  if (positionals.length > 1) throw new StartFailure(`一次检查一个域名。\n\n${usage}`);
  const connectTo = values.connect === undefined ? null : parseAddress(values.connect);
  if (values.connect !== undefined && connectTo === null) {
    throw new StartFailure(`--connect 应写成“地址:端口”，不能是“${values.connect}”。\n\n${usage}`);
  }
  return {
    target: positionals[0] === undefined ? await ownAddress() : named(positionals[0]),
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
      options: {
        connect: { type: 'string' },
        ca: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch {
    throw new StartFailure(`看不懂这些参数：${args.join(' ')}\n\n${usage}`);
  }
}

/** People paste whole addresses. */
function named(text: string): { host: string; port: number } {
  const url = /^https:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
  const found = url === null ? parseAddress(text) : { host: url.hostname, port: Number(url.port || 443) };
  if (found === null) throw new StartFailure(`“${text}”不是域名。\n\n${usage}`);
  return found;
}

async function ownAddress(): Promise<{ host: string; port: number }> {
  const origin = loadEnvironment().PUBLIC_ORIGIN?.trim() ?? '';
  if (origin !== '') return named(origin);
  const name = existsSync(listingFile) ? (await loadListing()).domain.name : null;
  if (name === null) {
    throw new StartFailure(
      `还不知道应用域名：请写在命令后面，或者填 .env 的 PUBLIC_ORIGIN、listing.yaml 的 domain.name。\n\n${usage}`,
    );
  }
  return { host: name, port: 443 };
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    if (!(error instanceof CertificateUnreachable)) failStart(error);
    console.error(error.message);
    process.exit(1);
  },
);
