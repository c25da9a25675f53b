import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmulatorControl } from './control.ts';
import { controlAnswer, controlHeaders, controlPrefix } from './control-http.ts';
import { dispatch } from './dispatch.ts';
import type { Outcome } from './fault-answers.ts';
import { type ApiRequest, readRequest } from './http.ts';
import { EmulatorState } from './state.ts';

export { ControlError, type EmulatorControl } from './control.ts';
export { type FaultKind, type FaultOptions, faultKinds } from './faults.ts';
export type { EmulatedPlatform, RecordedCall, SentMessage } from './state.ts';

export interface EmulatorOptions {
  /** 0, the default: any free port. */
  port?: number;
  /** `127.0.0.1` by default. */
  host?: string;
  /** Epoch milliseconds; `Date.now` by default. */
  now?: () => number;
  /** Gets one line for each platform call, without secrets. */
  log?: (line: string) => void;
}

export interface Emulator {
  /** Where both platforms and the control API are, without a trailing slash. */
  url: string;
  port: number;
  control: EmulatorControl;
  /** Ends at once, whatever hangs. */
  close(): Promise<void>;
}

/**
 * Starts the emulator of DingTalk and 浙政钉: one origin answers as both platforms do.
 *
 * @throws what `listen` throws, e.g. EADDRINUSE.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const host = options.host ?? '127.0.0.1';
  const state = new EmulatorState(options.now ?? Date.now);
  const control = new EmulatorControl(state);
  const log = options.log ?? (() => {});
  const waits = new Set<NodeJS.Timeout>();

  /** Resolves true after `ms`, false as soon as the client leaves. */
  const waitFor = (response: ServerResponse) => (ms: number) =>
    new Promise<boolean>((resolve) => {
      const settle = (stayed: boolean) => {
        clearTimeout(timer);
        waits.delete(timer);
        response.off('close', left);
        resolve(stayed);
      };
      const left = () => settle(false);
      const timer = setTimeout(() => settle(true), ms);
      waits.add(timer);
      response.on('close', left);
    });

  async function answerPlatform(request: ApiRequest, response: ServerResponse): Promise<void> {
    const { outcome, errcode, fault } = await dispatch(request, state, waitFor(response));
    const status = statusOf(outcome);
    state.record({
      at: new Date(state.now()).toISOString(),
      method: request.method,
      path: request.path,
      status,
      errcode,
      fault: fault?.kind ?? null,
    });
    log(
      [
        request.method,
        request.path,
        status ?? 'no answer',
        errcode ?? '',
        fault ? `fault: ${fault.kind}` : '',
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
    send(response, outcome);
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (request.path.startsWith(controlPrefix)) {
      const answer = controlAnswer(request, control);
      for (const [name, value] of Object.entries(controlHeaders)) response.setHeader(name, value);
      send(response, { type: 'answer', answer });
      return;
    }
    await answerPlatform(request, response);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!incoming.destroyed || !response.destroyed) log(`emulator: ${String(error)}`);
      response.destroy();
    });
  });
  await once(server.listen(options.port ?? 0, host), 'listening');

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    control,
    close() {
      for (const timer of waits) clearTimeout(timer);
      waits.clear();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function statusOf(outcome: Outcome): number | null {
  if (outcome.type === 'answer') return outcome.answer.status;
  return outcome.type === 'raw' ? outcome.status : null;
}

function send(response: ServerResponse, outcome: Outcome): void {
  switch (outcome.type) {
    case 'silence':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'answer': {
      const { status, body } = outcome.answer;
      const type = typeof body === 'string' ? 'application/xml' : 'application/json; charset=utf-8';
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body));
      return;
    }
    case 'raw': {
      const bytes = Buffer.from(outcome.text, 'utf8');
      response.writeHead(outcome.status, {
        'content-type': outcome.contentType,
        'content-length': bytes.length,
      });
      if (!outcome.truncated) {
        response.end(bytes);
        return;
      }
      // Content-Length promises the whole body; the socket ends after the first half.
      response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.socket?.end());
    }
  }
}
