import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createViteServer } from 'vite';
import { lintSources } from '../lint.ts';
import { miniProgram } from '../vite-plugin.ts';
import { deviceMiddleware } from './relay.ts';
import { SERVER_PLACEHOLDER, type Setup } from './setup.ts';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const PROJECT = path.resolve(WEB, '..', '..', '..');

export interface SimulatorOptions extends Setup {
  /** 0: any free port. */
  port: number;
  /** `127.0.0.1` by default: whoever reaches the page can act as any of the emulated people. */
  host?: string;
  /** Folder of `app.json`; the project's `mini/` by default. */
  root?: string;
}

export interface Simulator {
  /** Where the page is, without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

/** The mini program's own development configuration, but for the address of the server. */
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
  // Before anything is built: a port in use is told at once.
  await listen(http, options.port, host);
  const root = options.root ?? path.join(PROJECT, 'mini');
  try {
    const vite = await createViteServer({
      configFile: false,
      root: WEB,
      appType: 'spa',
      clearScreen: false,
      logLevel: 'warn',
      cacheDir: path.join(PROJECT, 'node_modules', '.vite-simulator'),
      plugins: [miniProgram({ root, build: () => ({ replace: { 'config/current.ts': CONFIGURATION } }) })],
      oxc: { jsx: { runtime: 'automatic', importSource: 'vue' } },
      define: {
        __VUE_OPTIONS_API__: 'true',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
      // Named beforehand, so that the first visit does not load twice.
      optimizeDeps: { include: ['vue', 'vue/jsx-runtime', 'vue/jsx-dev-runtime'] },
      server: {
        middlewareMode: true,
        // The page shows mistakes itself, in Chinese.
        hmr: { server: http, overlay: false },
        fs: { allow: [path.resolve(WEB, '..'), path.join(PROJECT, 'node_modules')] },
      },
    });
    const setup = { servers: options.servers, emulator: options.emulator };
    const device = deviceMiddleware(setup, () => lintSources(root));
    http.on('request', (request, response) => {
      device(request, response, () => vite.middlewares(request, response));
    });
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${(http.address() as AddressInfo).port}`,
      async close() {
        const closed = new Promise((resolve) => http.close(resolve));
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

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
