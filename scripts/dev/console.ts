/**
 * The console's pages during development: Vite's own server, which puts a change into open pages as it is saved. It
 * begins with the first page that asks, since many days go by without the console.
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
  /** Where the packages lie bundled. */
  cacheDir: string;
  /** Takes what is wrong in a page, once, and that it is mended; in Chinese. */
  say: (text: string) => void;
}

export interface ConsolePages {
  /** Loads open pages anew when something that they share with the server has changed. */
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
    // Browsers have the pages from the server's port, and what has changed from here.
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

/** How Vite serves the pages, without the connections. */
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

/** Follows what is saved: the mistakes in it, and what Vite alone does not bring into open pages. */
class Changes {
  /** The mistakes that have been told, by file: Vite tells of them at each request. */
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
    /** Sees the files that are right. */
    transform: (_code, id) => {
      if (this.#mistakes.delete(fileOf(id)) && this.#mistakes.size === 0) this.#say('管理后台的页面已恢复。');
    },
    hotUpdate: ({ file, modules, server }) => {
      // It starts the server anew, which meanwhile answers nobody.
      if (file.includes('/server/contract/')) {
        this.#sharedHasChanged = true;
        return [];
      }
      // Vite leaves a page alone that has never got a file, also when it waits for it.
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

/** What Vite's plugins say of a mistake. */
interface Mistake {
  id?: string;
  loc?: { line: number; column: number };
  frame?: string;
  message?: string;
}

/** One file has several modules: `HomePage.vue?vue&type=style`. */
const fileOf = (id: string): string => id.split('?')[0] ?? id;
