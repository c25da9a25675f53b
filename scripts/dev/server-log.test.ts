import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';
import { createLogger } from '../../server/plugins/logging.ts';
import { inThreeLines, terminalLog } from './server-log.ts';

/** A line of the server's log. */
function logged(fields: object, error: Error | null): string {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: (line: string) => lines.push(line) });
  logger.child({ reqId: 'r-1' }).error({ ...fields, ...(error && { err: error }) }, '说明');
  return lines.join('');
}

test('a platform fault is three lines: what, why, and what to do', () => {
  const remedy = '出口 IP 10.0.0.1 不在白名单，\n请在开放平台后台添加。';
  const error = new Error('钉钉 /gettoken 拒绝了请求（60020）');
  expect(inThreeLines(logged({ code: 'PLATFORM_MISCONFIGURED', remedy }, error))?.split('\n')).toEqual([
    expect.stringMatching(/^\[\d+:\d\d:\d\d\] 请求没有完成：PLATFORM_MISCONFIGURED，请求编号 r-1$/),
    '  钉钉 /gettoken 拒绝了请求（60020）',
    '  怎么办：出口 IP 10.0.0.1 不在白名单， 请在开放平台后台添加。',
  ]);
  expect(inThreeLines(logged({ code: 'PLATFORM_TIMEOUT' }, error))).toMatch(
    /\n {2}怎么办：平台没有在时限内应答/,
  );
});

test('a mistake of our own is three lines too, with its place', () => {
  const error = new Error('Cannot read properties of undefined');
  error.stack = `Error: x\n    at node:internal/x:1:2\n    at list (${path.join(projectRoot, 'node_modules/a.js')}:1:2)\n    at C (/a folder/of others/a.js:1:2)\n    at list (file://${path.join(projectRoot, 'server/notices/notices.ts')}:44:7)`;
  expect(
    inThreeLines(logged({ code: 'INTERNAL_ERROR' }, error))
      ?.split('\n')
      .slice(1),
  ).toEqual([
    '  Cannot read properties of undefined',
    `  在 ${path.join('server', 'notices', 'notices.ts')}:44:7`,
  ]);
});

test('a line that is no failed request stays as it is', () => {
  const printed: string[] = [];
  const log = terminalLog((text) => printed.push(text));
  expect(inThreeLines('{"level":40,"code":"X","reqId":"r"}')).toBeNull();
  expect(inThreeLines('{"level":50,"msg":"job failed"}')).toBeNull();
  log.write(logged({ code: 'PLATFORM_BUSY' }, null));
  expect(printed).toHaveLength(1);
});
