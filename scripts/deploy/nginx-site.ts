import { bodyLimit, importLimit, requestsPerMinute } from '../../server/config/limits.ts';
import { compareVersions } from '../../server/config/mini-version.ts';
import { requestIdShape } from '../../server/contract/errors.ts';
import { failover } from './failover.ts';
import {
  type GatewayAnswer,
  gatewayAnswers,
  htmlAnswer,
  jsonAnswer,
  messageOf,
  quoted,
  retryAfterSeconds,
  statusOf,
  unsureMessage,
} from './nginx-answers.ts';
import { type DeployPlan, endpoint } from './plan.ts';
import { filled } from './template.ts';

/**
 * Seconds that the gateway waits for an instance. The mini program gives up after 10 s: the gateway must have
 * answered by then. Imports and exports of the console take longer.
 */
export const timeouts = { connect: 2, read: 9, adminRead: 60, keepAlive: 50 } as const;

/**
 * Requests that may come at once from one address, where nginx otherwise spreads the limit evenly: five thousand people
 * behind one address may open the app in one second.
 */
const burst = 6000;

/** Settings that differ between machines; requests are treated alike with all of them. */
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
  /** nginx's version, since older ones lack some directives. */
  version: string;
}

/** Where the files lie on a gateway set up after scripts/docs/deploy.md. */
const usualMachine = (domain: string): GatewayMachine => ({
  httpPort: 80,
  httpsPort: 443,
  listenOn: null,
  certificate: `/etc/nginx/certs/${domain}.pem`,
  certificateKey: `/etc/nginx/certs/${domain}.key`,
  logs: '/var/log/nginx',
  version: '1.26.0',
});

/**
 * The gateway's nginx configuration, one file for `conf.d`: for nginx 1.15.3 and later, without modules that
 * Debian's `nginx-light` or openEuler's package lack. Its text is `templates/gateway.conf`.
 */
export function nginxSite(plan: DeployPlan, machine: GatewayMachine = usualMachine(plan.domain)): string {
  const id = plan.name.replaceAll('-', '_');
  /** Whether this nginx is at least of a version. */
  const knows = (since: string) => (compareVersions(machine.version, since) ?? 0) >= 0;
  const newHttp2 = knows('1.25.1');
  // nginx reads the PROXY protocol before it knows the server: every `listen` must name it.
  const proxied = plan.loadBalancerKind === 'layer4-proxy-protocol' ? ' proxy_protocol' : '';
  const listen = (port: number, more: string) =>
    (machine.listenOn === null ? [`${port}`, `[::]:${port}`] : [`${machine.listenOn}:${port}`])
      .map((address) => `listen ${address}${more};`)
      .join('\n');
  return filled('gateway.conf', {
    certificate: machine.certificate,
    certificateKey: machine.certificateKey,
    logs: machine.logs,
    ...timeouts,
    id,
    name: plan.name,
    appName: plan.appName,
    domain: plan.domain,
    port: machine.httpsPort === 443 ? '' : `:${machine.httpsPort}`,
    nextUpstream: timeouts.read - 1,
    tries: Math.min(plan.instances.length, 3),
    requestsPerMinute,
    burst,
    bodyLimit,
    importLimit,
    errorLog: `${machine.logs}/${plan.name}.error.log crit`,
    servers: plan.instances
      .map(
        (instance) =>
          `server ${endpoint(instance)} max_fails=${failover.maxFails} fail_timeout=${failover.failTimeoutSeconds}s;`,
      )
      .join('\n'),
    loadtestNote: plan.loadtestFrom.length > 0 ? '压测机不限。' : '',
    loadtestFrom: plan.loadtestFrom.map((address) => `${address} 0;`).join('\n'),
    requestIdShape: requestIdShape.source,
    logFields: quoted(JSON.stringify(logFields(id))),
    listenHttp: listen(machine.httpPort, ''),
    listenOthers: listen(machine.httpPort, ' default_server'),
    listenHttps: listen(machine.httpsPort, ` ssl${newHttp2 ? '' : ' http2'}${proxied}`),
    http2: newHttp2 ? 'http2 on;' : '',
    // A client that asks for another name over TLS gets no certificate.
    strangers: knows('1.19.4')
      ? filled('gateway-strangers.conf', {
          id,
          ciphers,
          listen: listen(machine.httpsPort, ` ssl default_server${proxied}`),
        }).trimEnd()
      : '',
    ciphers,
    realAddress: realAddress(plan),
    refuse: `error_page 404 = @${id}_not_found_json; return 404;`,
    pages: errorPages('html', id),
    jsonPages: errorPages('json', id),
    answers: gatewayAnswers
      .flatMap((answer) => [answerLocation(answer, 'json', id), answerLocation(answer, 'html', id)])
      .join('\n'),
  });
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

/** One JSON object a line, without the query: it may hold somebody's mobile number. */
const logFields = (id: string) => ({
  time: '$time_iso8601',
  address: '$remote_addr',
  method: '$request_method',
  path: '$uri',
  status: '$status',
  seconds: '$request_time',
  bytes: '$bytes_sent',
  instance: '$upstream_addr',
  instanceStatus: '$upstream_status',
  instanceSeconds: '$upstream_response_time',
  requestId: `$${id}_request_id`,
  tls: '$ssl_protocol',
});

/** Directives for the client's real address behind a load balancer. */
function realAddress({ loadBalancers, loadBalancerKind }: DeployPlan): string {
  const trusted = loadBalancers.map((address) => `set_real_ip_from ${address};`);
  switch (loadBalancerKind) {
    case 'layer7':
      return [
        '',
        '# 网关前面是七层负载均衡：只信它写的客户端地址。它必须改写或追加 X-Forwarded-For，否则谁都能冒充别人。',
        ...trusted,
        'real_ip_header X-Forwarded-For;',
        'real_ip_recursive on;',
      ].join('\n');
    case 'layer4-proxy-protocol':
      return [
        '',
        '# 网关前面是四层负载均衡：只信它用 PROXY protocol 报的客户端地址，不看请求里写的。',
        ...trusted,
        'real_ip_header proxy_protocol;',
      ].join('\n');
    // The connection comes from the client: no header may replace its address.
    case 'layer4-transparent':
    case null:
      return '';
  }
}

/** The `error_page` directives: which answer belongs to which status. */
const errorPages = (form: 'json' | 'html', id: string): string =>
  gatewayAnswers
    .map(({ name, statuses }) => `error_page ${statuses.join(' ')} = @${id}_${name}_${form};`)
    .join('\n');

function answerLocation(answer: GatewayAnswer, form: 'json' | 'html', id: string): string {
  const requestId = `$${id}_request_id`;
  const type = form === 'json' ? 'application/json' : 'text/html';
  const write = form === 'json' ? jsonAnswer : htmlAnswer;
  const say = (message: string) => `return ${statusOf(answer)} ${quoted(write(answer, message, requestId))};`;
  const seconds = retryAfterSeconds(answer);
  const lines = [
    'internal;',
    'types { }',
    `default_type "${type}; charset=utf-8";`,
    // Headers of a location replace the server's.
    'add_header Strict-Transport-Security "max-age=31536000" always;',
    'add_header Cache-Control no-store always;',
    'add_header X-Content-Type-Options nosniff always;',
    `add_header X-Request-Id ${requestId} always;`,
    ...(form === 'html'
      ? [`add_header Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'" always;`]
      : []),
    ...(seconds === null ? [] : [`add_header Retry-After ${seconds} always;`]),
    ...(answer.unsure === true ? [`if ($request_method !~ ^(GET|HEAD)$) { ${say(unsureMessage)} }`] : []),
    say(messageOf(answer)),
  ];
  return `location @${id}_${answer.name}_${form} {\n${lines.map((line) => `    ${line}`).join('\n')}\n}`;
}
