import type { LoginOutcome } from '../../../server/contract/auth.ts';
import { createSeededDatabase, type TestDatabase } from '../../../server/testing/database.ts';
import { freePorts } from '../../../server/testing/ports.ts';
import { killProcesses, type ServerProcess, startProcess } from '../../../server/testing/processes.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import type { DeployPlan } from '../plan.ts';
import { type Exchange, json, send } from './client.ts';
import { type Gateway, startGateway } from './nginx.ts';

/** Two instances of the server on PostgreSQL behind nginx with the generated configuration. */
export interface Stack {
  gateway: Gateway;
  database: TestDatabase;
  /** The instances in the order of the plan; null for one that is not running. */
  instances: (ServerProcess | null)[];
  /** `127.0.0.1:port` of an instance, as nginx writes it. */
  addressOf(instance: number): string;
  /** Starts an instance that is not running, on its own port. */
  start(instance: number): Promise<void>;
  emulator: Emulator;
  code(person: string): string;
  /** Signs in through the gateway. @returns the session's token. */
  signIn(person: string): Promise<string>;
  signInRequest(person: string): Promise<Exchange>;
  close(): Promise<void>;
}

const people = ['zhangsan', 'admin', 'chenguang'] as const;
export const someone = (number: number): string => people[number % people.length] ?? 'zhangsan';

/** @param more the app's domain, and environment variables of the instances over the defaults. */
export async function startStack(
  more: { domain?: string; env?: Record<string, string> } = {},
): Promise<Stack> {
  const [database, emulator, ports]: [TestDatabase, Emulator, number[]] = await Promise.all([
    createSeededDatabase(),
    startEmulator(),
    freePorts(2),
  ]);
  const plan: DeployPlan = {
    name: 'gateway-test',
    appName: '网关测试',
    domain: more.domain ?? 'app.example.gov.cn',
    gateways: ['127.0.0.1'],
    instances: ports.map((port) => ({ host: '127.0.0.1', port })),
    databases: [{ host: '127.0.0.1', port: 5432 }],
    loadBalancers: [],
    loadBalancerKind: null,
    loadtestFrom: [],
    platform: 'dingtalk',
    network: '政务外网',
    owner: null,
    approved: false,
    organisation: null,
    bid: null,
  };
  const instances: (ServerProcess | null)[] = ports.map(() => null);
  const start = async (instance: number) => {
    instances[instance] = await startProcess({
      databaseUrl: database.url ?? '',
      emulatorUrl: emulator.url,
      env: {
        PORT: String(ports[instance]),
        TRUST_PROXY: plan.gateways.join(','),
        DATABASE_POOL: '6',
        DATABASE_TIMEOUT_MS: '8000',
        PLATFORM_TIMEOUT_MS: '8000',
        ...more.env,
      },
    });
  };
  await Promise.all(ports.map((_, instance) => start(instance)));
  const gateway = await startGateway(plan);
  const code = (person: string) => emulator.control.issueAuthCode(person, 'dingtalk');
  const signInRequest = (person: string) =>
    send(gateway, '/api/auth/login', { body: { authCode: code(person) } });
  return {
    gateway,
    database,
    emulator,
    instances,
    addressOf: (instance) => `127.0.0.1:${ports[instance]}`,
    start,
    code,
    signInRequest,
    async signIn(person) {
      const outcome = json(await signInRequest(person)) as unknown as LoginOutcome;
      if (outcome.outcome !== 'signed-in') throw new Error(`${person}: ${outcome.outcome}`);
      return outcome.session.token ?? '';
    },
    async close() {
      killProcesses();
      await gateway.close();
      await emulator.close();
      await database.close();
    },
  };
}
