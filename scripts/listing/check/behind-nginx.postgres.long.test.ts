import { existsSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import { describeWithNginx } from '../../deploy/testing/nginx.ts';
import { type Stack, startStack } from '../../deploy/testing/stack.ts';
import { rules } from '../rules/index.ts';
import { bid, host } from '../testing/filled.ts';
import { Subject } from '../testing/project.ts';
import { createProbes, type ProbeSettings } from './probes.ts';
import { runRules } from './run.ts';

/** The rules that fail in a clone without built pages, where the server's page says so. */
const unbuilt: readonly string[] = existsSync(path.join(projectRoot, 'dist/console/manifest.json'))
  ? []
  : ['h5-live'];

/**
 * The rules that ask the network, against what `npm run deploy:files` sets up: the real nginx with its generated
 * configuration in front of two instances on PostgreSQL.
 */
describeWithNginx()('the check-up behind the generated gateway', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ domain: host, env: { WPK_BID: bid } });
  }, 120_000);
  afterAll(async () => {
    await stack?.close();
  });

  async function broken(more: Partial<ProbeSettings> = {}): Promise<Record<string, string>> {
    const { gateway } = stack;
    const at = (port: number) => ({ host: '127.0.0.1', port });
    const probes = createProbes({
      host,
      connect: new Map([
        [`${host}:443`, at(gateway.httpsPort)],
        [`${host}:80`, at(gateway.httpPort)],
        [`${host}:3001`, at(1)],
        [`${host}:5432`, at(1)],
        ...['g.alicdn.com', 'px.ucweb.com', 'px-intl.ucweb.com'].map(
          (name) => [`${name}:443`, at(1)] as const,
        ),
      ]),
      ca: gateway.certificates.at(-1)?.authority,
      now: Date.now(),
      ...more,
    });
    const { results } = await runRules(
      rules.filter(({ after, section }) => after === 'deploy' || section === '7' || section === '8'),
      new Subject().context({ probes }),
    );
    return Object.fromEntries(
      results.flatMap(({ id, state, detail, evidence }) =>
        /pass|not-applicable/.test(state) || unbuilt.includes(id)
          ? []
          : [[id, [state, detail, ...evidence].join('；')]],
      ),
    );
  }

  test('the app meets every rule', async () => {
    expect(await broken()).toEqual({});
  });

  test('the app meets every rule with one instance gone', async () => {
    await stack.instances[0]?.kill();
    try {
      expect(await broken()).toEqual({});
    } finally {
      stack.instances[0] = null;
      await stack.start(0);
    }
  });

  test('the app meets every rule after a reload has replaced the certificate', async () => {
    await stack.gateway.swapCertificate();
    expect(await broken()).toEqual({});
  });

  test('a certificate of an unknown authority fails the rule about it alone', async () => {
    expect(Object.keys(await broken({ ca: undefined }))).toEqual(['certificate-trusted']);
  });

  test('a platform that does not answer properly fails the rule about it alone', async () => {
    stack.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' });
    try {
      expect(Object.keys(await broken())).toEqual(['signin-live']);
    } finally {
      stack.emulator.control.clearFaults();
    }
  });

  test('without any instance the gateway answers, and the rules about the app are not met', async () => {
    for (const instance of stack.instances) await instance?.kill();
    const found = await broken();
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining(['service-ready', 'signin-live', 'session-live', 'binding-live']),
    );
    expect(Object.keys(found).filter((id) => /^(?:certificate|tls|http|hsts)/.test(id))).toEqual([]);
  });
});
