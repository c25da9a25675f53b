import { bodyLimit, importLimit } from '../../server/config/limits.ts';
import { failover } from './failover.ts';
import {
  type GatewayMachine,
  http2Lines,
  listenHttp,
  listenHttps,
  realAddress,
  strangers,
  tlsSettings,
  usualMachine,
} from './nginx-front.ts';
import { accessLog, answerLocations, errorPages } from './nginx-parts.ts';
import { type DeployPlan, endpoint } from './plan.ts';

/**
 * Seconds that the gateway waits for an instance. The mini program gives up after 10 s: the gateway must have
 * answered by then. Imports and exports of the console take longer.
 */
export const timeouts = { connect: 2, read: 9, adminRead: 60, keepAlive: 50 } as const;

/** One address; an office of thousands stands behind one. As the server's REQUESTS_PER_MINUTE, with room for bursts. */
const requestsPerSecond = 400;
const burst = 2000;

/**
 * The gateway's nginx configuration, one file for `conf.d`: for nginx 1.15.3 and later, without modules that
 * Debian's `nginx-light` or openEuler's package lack.
 */
export function nginxSite(plan: DeployPlan, machine: GatewayMachine = usualMachine(plan.domain)): string {
  const id = plan.name.replaceAll('-', '_');
  const { domain } = plan;
  const port = machine.httpsPort === 443 ? '' : `:${machine.httpsPort}`;
  const http2 = http2Lines(machine);
  const errorLog = `${machine.logs}/${plan.name}.error.log crit`;
  return `# ${plan.appName}：网关的 nginx 配置，由 npm run deploy:files 从 listing.yaml 生成。
# 放到 /etc/nginx/conf.d/${plan.name}.conf，用 nginx -t 检查，用 nginx -s reload 生效（不断开正在处理的请求）。
# 每一项为什么这样定：scripts/docs/deploy.md。
# 系统关掉了 IPv6 时，nginx 起不来（Address family not supported）：删掉全部带 [::] 的 listen 行。

upstream ${id} {
    # 各工作进程共用一份“哪个实例坏了”的记录。
    zone ${id} 256k;
    # 卡住的实例手上的请求越积越多，新请求自然去另一个。
    least_conn;
${plan.instances
  .map(
    (instance) =>
      `    server ${endpoint(instance)} max_fails=${failover.maxFails} fail_timeout=${failover.failTimeoutSeconds}s;`,
  )
  .join('\n')}
    keepalive 64;
    # 比服务端的 60 秒短：总是网关先关闭空闲连接，请求不会撞上正在关闭的连接。
    keepalive_timeout ${timeouts.keepAlive}s;
}

# 一个单位常共用一个出口地址，限制只拦失控的机器。${plan.loadtestFrom.length > 0 ? '压测机不限。' : ''}
geo $${id}_counted {
    default 1;
${plan.loadtestFrom.map((address) => `    ${address} 0;\n`).join('')}}
map $${id}_counted $${id}_address {
    1 $binary_remote_addr;
    0 "";
}
limit_req_zone $${id}_address zone=${id}_requests:16m rate=${requestsPerSecond}r/s;
limit_conn_zone $${id}_address zone=${id}_connections:16m;

${accessLog(id)}

# http 一律转到 https。
server {
${listenHttp(machine)}
    server_name ${domain};
    server_tokens off;
    access_log off;
    return 301 https://${domain}${port}$request_uri;
}

# 用地址或别的域名访问的，不回答；只有负载均衡的健康检查（http://网关地址/healthz）例外。
server {
${listenHttp(machine, ' default_server')}
    server_name _;
    server_tokens off;
    access_log off;
    error_log  ${errorLog};

    location = /healthz {
${indented(limits(id))}
${indented(forwarded(domain, 'http'))}
        proxy_connect_timeout ${timeouts.connect}s;
        proxy_read_timeout    ${timeouts.read}s;
        proxy_pass http://${id};
    }

    location / {
        return 444;
    }
}
${strangers(machine, plan, id)}
server {
${listenHttps(machine, plan, http2.listen)}
${http2.directive}    server_name ${domain};

    ssl_certificate     ${machine.certificate};
    ssl_certificate_key ${machine.certificateKey};
${tlsSettings(id)}

    server_tokens off;
    # 路径、状态、用时、实例都在访问日志里；错误日志会带上查询参数（可能有手机号），所以只记严重的。
    access_log ${machine.logs}/${plan.name}.access.log ${id};
    error_log  ${errorLog};
${realAddress(plan)}
${limits(id)}

    client_header_timeout 15s;
    client_body_timeout   15s;
    send_timeout          30s;
    keepalive_timeout     30s;
    large_client_header_buffers 4 16k;
    # 与服务端相同（server/config/limits.ts）。
    client_max_body_size    ${bodyLimit};
    client_body_buffer_size ${bodyLimit};

    # 只压缩页面文件：把密文和访客的输入压在一起，会泄露密文。
    gzip on;
    gzip_proxied any;
    gzip_vary on;
    gzip_min_length 1024;
    gzip_types text/css application/javascript text/javascript image/svg+xml;

    add_header Strict-Transport-Security "max-age=31536000" always;
    proxy_hide_header Strict-Transport-Security;

    # 客户端地址写成真实的，不是在访客自己写的后面追加：追加的，谁都能冒充别人。
${forwarded(domain, 'https')}

    proxy_connect_timeout ${timeouts.connect}s;
    proxy_send_timeout    ${timeouts.read}s;
    proxy_read_timeout    ${timeouts.read}s;
    # 连不上就换一个实例。已经发出去的 POST 绝不重发（没有 non_idempotent）：免登码只能用一次。
    proxy_next_upstream error timeout invalid_header;
    proxy_next_upstream_tries ${Math.min(plan.instances.length, 3)};
    # 等满了读超时的不再换：人已经等得够久。
    proxy_next_upstream_timeout ${timeouts.read - 1}s;
    # 服务端自己的错误应答原样给出。
    proxy_intercept_errors off;

${errorPages('html', id)}

    # 只给内网看的，到实例的端口上去看。
    location = /metrics { ${refuse(id)} }
    location = /readyz  { ${refuse(id)} }
    location ^~ /docs   { ${refuse(id)} }

    location = /healthz {
${errorPages('json', id, 8)}
        proxy_pass http://${id};
    }

    location /api/ {
${errorPages('json', id, 8)}
        proxy_pass http://${id};
    }

    location /api/admin/ {
${errorPages('json', id, 8)}
        proxy_read_timeout ${timeouts.adminRead}s;
        proxy_pass http://${id};
    }

    # 后台导入人员的文件。
    location /api/admin/import/ {
${errorPages('json', id, 8)}
        client_max_body_size ${importLimit};
        client_body_timeout  60s;
        proxy_send_timeout   ${timeouts.adminRead}s;
        proxy_read_timeout   ${timeouts.adminRead}s;
        proxy_pass http://${id};
    }

    # 管理后台和 H5 的页面。文件名带内容的散列，服务端让浏览器存一年；页面本身不存。
    location / {
        proxy_pass http://${id};
    }

${answerLocations(id)}
}
`;
}

/** Who asks more than any office would is refused. */
const limits = (id: string) => `    limit_req   zone=${id}_requests burst=${burst} nodelay;
    limit_conn  ${id}_connections 1000;
    limit_req_status  429;
    limit_conn_status 429;`;

/** What an instance is told of a request, whatever the request itself claims. */
const forwarded = (domain: string, scheme: 'http' | 'https') => `    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host ${domain};
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto ${scheme};
    proxy_set_header X-Forwarded-Host ${domain};
    proxy_set_header X-Request-Id $request_id;
    proxy_set_header X-Real-IP "";
    proxy_set_header Forwarded "";
    proxy_set_header Proxy "";`;

/** Lines of a server as those of a location in it. */
const indented = (lines: string) => lines.replace(/^/gm, '    ');

const refuse = (id: string) => `error_page 404 = @${id}_not_found_json; return 404;`;
