import { answered, type Context, type Finding, fail, pass, type Question } from '../rule.ts';
import { isPrivateAddress } from './live.ts';

export interface Endpoint {
  host: string;
  port: number;
}

/**
 * Whether the internet cannot reach what stands behind the gateway. A program knows it for private addresses, and
 * for the app's own name, where a forwarded port would answer. An address of another kind (政务外网 has ranges of
 * its own that look public) is known only where it answers this machine; where it does not, a person says.
 *
 * @param what what it is called in Chinese.
 * @param id the rule's id, under which listing.yaml may answer.
 */
export async function unreachable(
  context: Context,
  what: string,
  endpoints: readonly Endpoint[],
  { id, asked }: { id: string; asked: Question },
): Promise<Finding> {
  const { probes, listing } = context;
  const evidence: string[] = [];
  const open: string[] = [];
  const doubtful: string[] = [];
  for (const { host, port } of endpoints) {
    const found = await probes.lookup(host);
    const addresses = found.ok ? found.addresses : [];
    if (addresses.length > 0 && addresses.every(isPrivateAddress)) {
      evidence.push(`${host}:${port} 是内网地址`);
      continue;
    }
    const state = await probes.port(host, port);
    evidence.push(`${host}:${port} 不是常见的内网地址，从本机连接：${said[state]}`);
    (state === 'open' ? open : doubtful).push(`${host}:${port}`);
  }
  // The gateway's address, which is where a careless forwarding would show.
  const name = listing.domain.name ?? '';
  const exposed: string[] = [];
  for (const port of new Set(endpoints.map((one) => one.port))) {
    if (name === '' || port === 443 || port === 80) continue;
    const state = await probes.port(name, port);
    evidence.push(`${name}:${port} 从本机连接：${said[state]}`);
    if (state === 'open') exposed.push(`${name}:${port}`);
  }
  if (exposed.length > 0) {
    return fail(
      `${what}的端口在应用域名上能直接连通：${exposed.join('、')}。`,
      evidence,
      '在网关和防火墙上关掉这个端口的映射，只留 80 和 443。',
    );
  }
  if (open.length === 0 && doubtful.length === 0) return pass(`${what}在互联网到不了的地址上。`, evidence);
  const answer = await answered(context, id, asked);
  if (answer.state !== 'question') return { ...answer, evidence: [...evidence, ...answer.evidence] };
  if (open.length === 0) return { ...answer, evidence: [...evidence, ...answer.evidence] };
  return fail(
    `${what}从本机能直接连通：${open.join('、')}。如果本机就在政务外网里，请在 listing.yaml 的 answers.${id} 里回答。`,
    evidence,
  );
}

const said = { open: '通', closed: '不通（拒绝）', silent: '不通（没有应答）' } as const;
