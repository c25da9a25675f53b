import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dispatch } from '../../emulator/dispatch.ts';
import { readRequest } from '../../emulator/http.ts';
import type { EmulatedPerson } from '../../emulator/people.ts';
import { EmulatorState } from '../../emulator/state.ts';
import { personId } from './data.ts';

export interface BenchPlatform {
  url: string;
  /** A fresh auth code of user `n`. */
  code(n: number): string;
  close(): Promise<void>;
}

/** What other processes ask it for: a fresh auth code of user `n`, and how often each API was called. */
export const benchPaths = { code: '/_bench/code', calls: '/_bench/calls' };

/**
 * The emulator's DingTalk for as many people as there are users, where the emulator itself has eight: sign-ins of
 * a few people would queue up for the same few rows.
 *
 * @param perSecond calls that it allows each API in a second; null for no limit.
 */
export async function startPlatform(perSecond: number | null = null): Promise<BenchPlatform> {
  const state = new EmulatorState(Date.now);
  state.perSecond = perSecond;
  const code = (n: number) => state.issueAuthCode(personOf(n), 'dingtalk');
  const server = createServer(async (incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname === benchPaths.code) return void response.end(code(Number(searchParams.get('n'))));
    if (pathname === benchPaths.calls) return void response.end(JSON.stringify(state.counts()));
    const { outcome } = await dispatch(await readRequest(incoming), state, async () => true);
    if (outcome.type !== 'answer') return void response.destroy();
    response.writeHead(outcome.answer.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(outcome.answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    code,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function personOf(n: number): EmulatedPerson {
  return {
    key: `user${n}`,
    name: `用户${n}`,
    id: personId(n),
    unionId: `union-${n}`,
    employeeCode: null,
    mobile: null,
    department: '办公室',
    title: '科员',
    sysLevel: 0,
    standing: 'member',
    isSuperExecutive: false,
    account: 'bound',
    note: '',
  };
}
