import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createViteServer } from 'vite';
import { errorsIn } from '../compiler/build.ts';
import { H5Clients } from '../h5/clients.ts';
import { miniProgram } from '../vite-plugin.ts';
import { Listener } from './listener.ts';
import { deviceMiddleware } from './relay.ts';
import { HOT_EVENTS, SERVER_PLACEHOLDER, type Setup } from './setup.ts';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const PROJECT = path.resolve(WEB, '..', '..', '..');

export interface SimulatorOptions extends Setup {
  /** 0: any free port. */
  port: number;
  /** `127.0.0.1` by default: whoever reaches the page can act as any of the emulated people. */
  host?: string;
  /** Folder of `app.json`; the project's `mini/` by default. */
  root?: string;
  /** Takes what the mini program says and does wrong, in Chinese; the terminal by default. */
  say?: (text: string) => void;
}

export interface Simulator {
  /** The page's address, without a slash at the end. */
  url: string;
  /** Opens the mini program again on phones that found no server a moment ago. */
  serverIsBack(): void;
  close(): Promise<void>;
}

/** The mini program's development configuration with another server's address. */
const CONFIGURATION = `
import { config as development } from './development.ts';
export const config = { ...development, serverUrl: '${SERVER_PLACEHOLDER}', container: 'auto' };
`;

/**
 * Serves the phone in the browser: the page, the compiled mini program with hot reload, and the phone's way to
 * the server.
 *
 * @throws what `listen` throws, e.g. EADDRINUSE.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  const http = createHttpServer();
  // Before anything is built, so that a port in use is told at once.
  await once(http.listen(options.port, host), 'listening');
  const root = options.root ?? path.join(PROJECT, 'mini');
  const listener = new Listener(root, options.say ?? ((text) => console.log(text)));
  const build = { replace: { 'config/current.ts': CONFIGURATION } };
  try {
    const vite = await createViteServer({
      configFile: false,
      root: WEB,
      appType: 'spa',
      clearScreen: false,
      logLevel: 'warn',
      plugins: [miniProgram({ root, build: () => build, onBuilt: ({ script }) => listener.runs(script) })],
      oxc: { jsx: { runtime: 'automatic', importSource: 'vue' } },
      // Vue's one file for browsers, as it is: bundling packages takes 150 MB, which a process keeps until it ends.
      resolve: { alias: [{ find: /^vue$/, replacement: 'vue/dist/vue.runtime.esm-browser.js' }] },
      optimizeDeps: { noDiscovery: true },
      server: {
        middlewareMode: true,
        // The page shows mistakes itself, in Chinese.
        hmr: { server: http, overlay: false },
        fs: { allow: [path.resolve(WEB, '..'), realpathSync(path.join(PROJECT, 'node_modules'))] },
      },
    });
    const setup = { servers: options.servers, emulator: options.emulator, h5: options.h5 ?? false };
    const send = (event: string, data: unknown): void =>
      vite.environments.client.hot.send({ type: 'custom', event, data });
    const clients = new H5Clients(setup, host, (event) => send(HOT_EVENTS.h5, event));
    const device = deviceMiddleware(
      setup,
      () => errorsIn(root, build),
      (said) => listener.hear(said),
      (choice) => clients.open(choice),
    );
    http.on('request', (request, response) => {
      device(request, response, () => vite.middlewares(request, response));
    });
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${(http.address() as AddressInfo).port}`,
      serverIsBack: () => send(HOT_EVENTS.serverBack, null),
      async close() {
        const closed = new Promise((resolve) => http.close(resolve));
        await clients.close();
        await vite.close();
        http.closeAllConnections();
        await closed;
      },
    };
  } catch (error) {
    http.close();
    throw error;
  }
}
