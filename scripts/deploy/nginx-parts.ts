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

/** Pieces of the gateway's configuration that say how it answers and what it writes down. */

/** One JSON object a line, without the query: it may hold somebody's mobile number. */
export function accessLog(id: string): string {
  const fields = {
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
    requestId: '$request_id',
    serverRequestId: '$upstream_http_x_request_id',
    tls: '$ssl_protocol',
  };
  return `# 一行一个 JSON，不含查询参数。页面上的“请求编号”是 serverRequestId，没有时是 requestId。
log_format ${id} escape=json ${quoted(JSON.stringify(fields))};`;
}

/** Which of the gateway's own answers stands for which status. */
export function errorPages(form: 'json' | 'html', id: string, indent = 4): string {
  return gatewayAnswers
    .map(
      ({ name, statuses }) =>
        `${' '.repeat(indent)}error_page ${statuses.join(' ')} = @${id}_${name}_${form};`,
    )
    .join('\n');
}

export function answerLocations(id: string): string {
  return gatewayAnswers
    .flatMap((answer) => [answerLocation(answer, 'json', id), answerLocation(answer, 'html', id)])
    .join('\n');
}

function answerLocation(answer: GatewayAnswer, form: 'json' | 'html', id: string): string {
  const type = form === 'json' ? 'application/json' : 'text/html';
  const write = form === 'json' ? jsonAnswer : htmlAnswer;
  const say = (message: string) => `return ${statusOf(answer)} ${quoted(write(answer, message))};`;
  const seconds = retryAfterSeconds(answer);
  const lines = [
    'internal;',
    'types { }',
    `default_type "${type}; charset=utf-8";`,
    // In a location these replace the server's.
    'add_header Strict-Transport-Security "max-age=31536000" always;',
    'add_header Cache-Control no-store always;',
    'add_header X-Content-Type-Options nosniff always;',
    'add_header X-Request-Id $request_id always;',
    ...(form === 'html'
      ? [`add_header Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'" always;`]
      : []),
    ...(seconds === null ? [] : [`add_header Retry-After ${seconds} always;`]),
    ...(answer.unsure === true ? [`if ($request_method !~ ^(GET|HEAD)$) { ${say(unsureMessage)} }`] : []),
    say(messageOf(answer)),
  ];
  return `    location @${id}_${answer.name}_${form} {\n${lines.map((line) => `        ${line}`).join('\n')}\n    }`;
}
