/**
 * Serves the console's pages during development with Vite, which updates open pages when a file is saved. Vite starts
 * at the first request: on most days nobody opens the console.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import {
  createLogger,
  createServer as createViteServer,
  type InlineConfig,
  type Plugin,
  type ViteDevServer,
} from 'vite';
import { projectRoot } from '../../server/config/paths.ts';
import { consoleBuild } from '../build/console.ts';

export interface ConsoleOptions {
  port: number;
  /** The server's. */
  host: string;
  /** The folder of the bundled packages. */
  cacheDir: string;
  /** Takes each mistake in a page once, and the line that all are mended; in Chinese. */
  say: (text: string) => void;
}

export interface ConsolePages {
  /** Reloads open pages where a file has changed that they share with the server. */
  serverIsBack(): void;
  close(): Promise<void>;
}

/** @throws what `listen` throws, e.g. EADDRINUSE. */
export async function serveConsole(options: ConsoleOptions): Promise<ConsolePages> {
  const { port, host, cacheDir, say } = options;
  const http = createServer();
  const changes = new Changes(say);

  async function start(): Promise<ViteDevServer> {
    await bundlePackages(cacheDir, say);
    const config = await consoleConfig(cacheDir, changes);
    // Browsers get the pages from the server's port, and updates from this one.
    const server = { ...config.server, middlewareMode: true, hmr: { server: http, clientPort: port } };
    return createViteServer({ ...config, server });
  }
  let starting: Promise<ViteDevServer> | undefined;
  http.on('request', (request, response) => {
    starting ??= start();
    starting.then(
      (vite) => vite.middlewares(request, response),
      (error: unknown) => {
        starting = undefined;
        say(`管理后台的页面没有启动：${String(error)}`);
        response.writeHead(500).end();
      },
    );
  });
  await once(http.listen(port, host), 'listening');

  return {
    serverIsBack: () => void starting?.then((vite) => changes.serverIsBack(vite)),
    async close() {
      http.closeAllConnections();
      const closed = new Promise((resolve) => http.close(resolve));
      await (await starting?.catch(() => undefined))?.close();
      await closed;
    },
  };
}

/** Vite's configuration for the pages, without ports. */
export async function consoleConfig(cacheDir: string, changes = new Changes()): Promise<InlineConfig> {
  const { plugins, server, ...config } = (await consoleBuild())?.consoleDev ?? {};
  return {
    ...config,
    cacheDir,
    plugins: [plugins, changes.plugin],
    customLogger: changes.logger,
    server: { ...server, fs: { allow: [...(server?.fs?.allow ?? []), cacheDir] } },
  };
}

/** The first time, in a process of its own: bundling takes half a gigabyte, which a process keeps until it ends. */
async function bundlePackages(cacheDir: string, say: (text: string) => void): Promise<void> {
  if (existsSync(path.join(cacheDir, 'deps', '_metadata.json'))) return;
  say('第一次打开管理后台，正在准备它用到的包，要等几秒……');
  const script = path.join(import.meta.dirname, 'console-packages.ts');
  await once(fork(script, [cacheDir], { execArgv: ['--import', 'tsx'] }), 'exit');
}

/** Reports mistakes in saved files, and reloads open pages where Vite alone does not update them. */
class Changes {
  /** Mistakes that were reported, by file: Vite reports them again at each request. */
  readonly #mistakes = new Map<string, string>();
  readonly #say: (text: string) => void;
  #sharedHasChanged = false;

  constructor(say: (text: string) => void = () => {}) {
    this.#say = say;
  }

  readonly logger = {
    ...createLogger('warn'),
    error: (text: string, { error }: { error?: unknown } = {}) => this.#tell(text, error),
  };

  readonly plugin: Plugin = {
    name: 'console-changes',
    enforce: 'post',
    /** Called for each file that compiles. */
    transform: (_code, id) => {
      if (this.#mistakes.delete(fileOf(id)) && this.#mistakes.size === 0) this.#say('管理后台的页面已恢复。');
    },
    hotUpdate: ({ file, modules, server }) => {
      // A change of the contract restarts the server; pages are reloaded once it answers again.
      if (file.includes('/server/contract/')) {
        this.#sharedHasChanged = true;
        return [];
      }
      // Vite does not update a page that waits for a file which it never got.
      const isAwaited = this.#mistakes.has(file) && modules.some((one) => one.isSelfAccepting === undefined);
      if (isAwaited) reload(server);
      return undefined;
    },
  };

  serverIsBack(vite: ViteDevServer): void {
    if (this.#sharedHasChanged) reload(vite);
    this.#sharedHasChanged = false;
  }

  #tell(text: string, error: unknown): void {
    const { id, loc, frame, message = text } = (error ?? {}) as Mistake;
    if (id === undefined) {
      this.#say(text);
      return;
    }
    const file = fileOf(id);
    if (this.#mistakes.get(file) === message) return;
    this.#mistakes.set(file, message);
    const place = loc === undefined ? '' : `:${loc.line}:${loc.column}`;
    const lines = [
      `管理后台的页面有错：${path.relative(projectRoot, file)}${place}`,
      stripVTControlCharacters(message),
      ...(frame === undefined ? [] : [frame]),
    ];
    this.#say(lines.join('\n'));
  }
}

function reload(vite: ViteDevServer): void {
  vite.environments.client.hot.send({ type: 'full-reload' });
}

/** A mistake as Vite's plugins report it. */
interface Mistake {
  id?: string;
  loc?: { line: number; column: number };
  frame?: string;
  message?: string;
}

/** One file has several modules: `HomePage.vue?vue&type=style`. */
const fileOf = (id: string): string => id.split('?')[0] ?? id;
