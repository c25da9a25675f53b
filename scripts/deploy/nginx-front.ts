import type { DeployPlan } from './plan.ts';

/** What the gateway does with a connection before it looks at a request: ports, TLS, and who is asking. */

/** What differs between machines, and nothing of how requests are treated. */
export interface GatewayMachine {
  /** Ports that the public reaches. */
  httpPort: number;
  httpsPort: number;
  /** An address to listen on; null for all. */
  listenOn: string | null;
  /** The certificate with its chain, and its key, both PEM. */
  certificate: string;
  certificateKey: string;
  /** Folder of the logs. */
  logs: string;
  /** nginx's version, for what older ones do not know. */
  version: string;
}

/** Where the files lie on a gateway set up after scripts/docs/deploy.md. */
export function usualMachine(domain: string): GatewayMachine {
  return {
    httpPort: 80,
    httpsPort: 443,
    listenOn: null,
    certificate: `/etc/nginx/certs/${domain}.pem`,
    certificateKey: `/etc/nginx/certs/${domain}.key`,
    logs: '/var/log/nginx',
    version: '1.26',
  };
}

/** The lines of a server that takes http. @param more what follows the port, e.g. ` default_server`. */
export const listenHttp = (machine: GatewayMachine, more = ''): string =>
  listen(machine, machine.httpPort, more);

/**
 * The lines of a server that takes https. Behind a balancer with PROXY protocol every one of them says so: nginx
 * reads it before it knows which server is meant.
 */
export function listenHttps(machine: GatewayMachine, plan: DeployPlan, more = ''): string {
  const proxied = plan.loadBalancerKind === 'layer4-proxy-protocol' ? ' proxy_protocol' : '';
  return listen(machine, machine.httpsPort, ` ssl${more}${proxied}`);
}

function listen({ listenOn }: GatewayMachine, port: number, more: string): string {
  const at = listenOn === null ? [`${port}`, `[::]:${port}`] : [`${listenOn}:${port}`];
  return at.map((address) => `    listen ${address}${more};`).join('\n');
}

/** HTTP/2 as this version of nginx wants it said. */
export function http2Lines({ version }: GatewayMachine): { listen: string; directive: string } {
  return atLeast(version, '1.25.1')
    ? { listen: '', directive: '    http2 on;\n' }
    : { listen: ' http2', directive: '' };
}

/** Mozilla's intermediate list; TLS 1.3 has its own. */
const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * For every server on the https port: OpenSSL takes protocols and session cache from the default one, before it
 * knows which name is asked for.
 */
export function tlsSettings(id: string): string {
  return `    ssl_protocols       TLSv1.2 TLSv1.3;
    ssl_ciphers         ${ciphers};
    ssl_prefer_server_ciphers off;
    ssl_session_cache   shared:${id}_tls:16m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;`;
}

/** Who asks for another name over TLS is shown no certificate. */
export function strangers(machine: GatewayMachine, plan: DeployPlan, id: string): string {
  if (!atLeast(machine.version, '1.19.4')) return '';
  return `
server {
${listenHttps(machine, plan, ' default_server')}
    server_name _;
    access_log off;
    # 协议和会话缓存由这个默认的 server 决定，下面那个的不算数：两处要一样。
${tlsSettings(id)}
    ssl_reject_handshake on;
}
`;
}

/** Who is asking, where something stands in front of the gateway that hides it. */
export function realAddress({ loadBalancers, loadBalancerKind }: DeployPlan): string {
  const trusted = loadBalancers.map((address) => `    set_real_ip_from ${address};`).join('\n');
  switch (loadBalancerKind) {
    case 'layer7':
      return `
    # 网关前面是七层负载均衡：只信它写的客户端地址。它必须改写或追加 X-Forwarded-For，否则谁都能冒充别人。
${trusted}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
`;
    case 'layer4-proxy-protocol':
      return `
    # 网关前面是四层负载均衡：只信它用 PROXY protocol 报的客户端地址，不看请求里写的。
${trusted}
    real_ip_header proxy_protocol;
`;
    // The connection itself comes from whoever asks: whatever else is said of it is made up.
    case 'layer4-transparent':
    case null:
      return '';
  }
}

/** Whether nginx of this version knows what came with another. */
function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let at = 0; at < 3; at += 1) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
