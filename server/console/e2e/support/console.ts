import pg from 'pg';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { development } from '../../../config/constants.ts';
import { launchBrowser } from '../../../testing/browser.ts';
import { startChild } from '../../../testing/child.ts';
import { PersonPage } from './person-page.ts';

export interface StackOptions {
  platform: 'dingtalk' | 'zhezhengding';
  /** Environment variables over the test's own, e.g. `{ WPK_BID: 'x' }`. */
  env?: Record<string, string>;
  /** The folder of the built console. */
  folder: string;
}

export interface ConsoleStack {
  /** The server's address, without a slash at the end. */
  url: string;
  /** A window with its own browser profile, without a page; a PC's window by default. */
  newPage(options?: BrowserContextOptions): Promise<PersonPage>;
  /**
   * A window after a sign-in by password, on the page of `path` (below `/console`).
   *
   * @param username of an administrator or auditor; the seed's password by default.
   */
  signedIn(path: string, username?: string, options?: BrowserContextOptions): Promise<PersonPage>;
  /** Ends every session by SQL, and waits until the server refuses this window's. */
  endSessions(window: PersonPage): Promise<void>;
  /** Runs SQL on the server's database. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A fresh single-use code of one of the emulator's people. */
  authCode(person: string): Promise<string>;
  /** The emulator's control API, e.g. `control('faults', { path: '…', kind: 'timeout' })`. */
  control(path: string, body: object): Promise<unknown>;
  close(): Promise<void>;
}

/** A window on an office's PC. */
export const desktop = { width: 1366, height: 768 };
/** A phone. */
export const phone = { width: 375, height: 812 };

/**
 * The whole server on PostgreSQL with the built console, the emulator as the platform, and a browser.
 *
 * @example
 * const stack = await openConsole();
 * const page = await stack.signedIn('/people');
 */
export async function openConsole({
  platform = 'dingtalk',
  env = {},
  folder = process.env.E2E_CONSOLE_FOLDER ?? '',
}: Partial<StackOptions> = {}): Promise<ConsoleStack> {
  const child = await startChild<{ kind: 'ready'; url: string; emulator: string; database: string }>(
    'server/console/e2e/support/stack-process.ts',
    { args: [JSON.stringify({ platform, env, folder } satisfies StackOptions)], env: { NODE_ENV: 'test' } },
  );
  const { url, emulator, database } = child.ready;
  const pool = new pg.Pool({ connectionString: database, max: 2 });
  // Dropping the database ends its idle connections, which is no error.
  pool.on('error', () => {});
  let browser: Browser | null = null;
  const pages: PersonPage[] = [];

  async function control(path: string, body: object): Promise<unknown> {
    const answer = await fetch(`${emulator}/_emulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  const stack: ConsoleStack = {
    url,
    control,
    async newPage(options = {}) {
      browser ??= await launchBrowser();
      const page = await PersonPage.open(browser, url, { viewport: desktop, ...options });
      pages.push(page);
      return page;
    },
    async signedIn(path, username = 'admin', options = {}) {
      const person = await stack.newPage(options);
      const answer = await person.page.request.post(`${url}/api/auth/console/sign-in`, {
        data: { username, password: development.password },
      });
      const { outcome } = (await answer.json()) as { outcome?: string };
      if (outcome !== 'signed-in') throw new Error(`${username}: ${await answer.text()}`);
      await person.open(path);
      return person;
    },
    async endSessions({ page }) {
      await pool.query('DELETE FROM sessions');
      while ((await page.request.get(`${url}/api/me`)).status() !== 401);
    },
    async sql<Row extends object>(text: string, values: readonly unknown[] = []) {
      const { rows } = await pool.query<Row>(text, [...values]);
      return rows;
    },
    async authCode(person) {
      const { authCode } = (await control('auth-codes', { personId: person, platform })) as {
        authCode: string;
      };
      return authCode;
    },
    async close() {
      for (const page of pages) await page.close();
      await browser?.close();
      await pool.end();
      await child.close();
    },
  };
  return stack;
}
