import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the sign-in is answered with, by status and JSON. */
export interface TrialAnswer {
  status: number;
  body: object;
}

const user = {
  id: '00000000-0000-7000-8000-000000000001',
  username: 'trial',
  name: '体检人员',
  department: '体检处',
  role: 'USER',
  dingUserId: 'trial-1',
  isSuperExecutive: false,
};

/** The answers of the contract in server/contract/, as the server gives them. */
export const trialAnswers = {
  signedIn: (): TrialAnswer => ({
    status: 200,
    body: {
      outcome: 'signed-in',
      session: { token: 'trial-token', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
      user,
    },
  }),
  bindRequired: (): TrialAnswer => ({
    status: 200,
    body: {
      outcome: 'bind-required',
      ticket: { token: 'trial-ticket', expiresAt: new Date(Date.now() + 600_000).toISOString() },
      person: { name: user.name },
    },
  }),
  noPermission: (reason: string): TrialAnswer => ({
    status: 200,
    body: { outcome: 'no-permission', reason },
  }),
  fault: (status: number, code: string, message: string): TrialAnswer => ({
    status,
    body: { statusCode: status, error: 'Trial', code, message, requestId: 'trial-request' },
  }),
};

/**
 * Answers a mini program's sign-in as told, on 127.0.0.1. Everything else is "busy": what comes after the sign-in
 * is the app's own business, which nobody here knows.
 */
export class TrialServer {
  /** The answer to each auth code, so that many phones may sign in at once. */
  readonly answers = new Map<string, TrialAnswer>();
  #server: Server | null = null;

  /** @returns its address, without a slash at the end. */
  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      void this.#answerTo(request).then(({ status, body }) => {
        response.writeHead(status, {
          'content-type': 'application/json; charset=utf-8',
          connection: 'close',
        });
        response.end(JSON.stringify(body));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async #answerTo(request: IncomingMessage): Promise<TrialAnswer> {
    if (!isSignIn(request)) return trialAnswers.fault(503, 'SERVER_BUSY', '体检中');
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const code = /"authCode"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
    return this.answers.get(code) ?? trialAnswers.fault(401, 'AUTH_CODE_INVALID', '体检：没有这个授权码');
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function isSignIn({ method, url }: IncomingMessage): boolean {
  return method === 'POST' && url === '/api/auth/login';
}
