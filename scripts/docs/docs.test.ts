import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { commands } from '../../server/commands/main.ts';
import { type Config, loadConfig } from '../../server/config/config.ts';
import type { Environment } from '../../server/config/environment.ts';
import {
  bindRejectedReason,
  consoleNoPermissionReason,
  consoleRejectedReason,
  noPermissionReason,
  passwordRejectedReason,
} from '../../server/contract/auth.ts';
import { errorCode } from '../../server/contract/errors.ts';
import { AppError } from '../../server/plugins/errors.ts';
import { readDevSettings } from '../dev/settings.ts';
import { readMpdevSettings } from '../release/mpdev.ts';

/** The reasons of outcomes, of all forms that sign in or set a password. */
const reasons = [
  ...new Set([
    ...noPermissionReason.enum,
    ...bindRejectedReason.enum,
    ...passwordRejectedReason.enum,
    ...consoleNoPermissionReason.enum,
    ...consoleRejectedReason.enum,
  ]),
];

const read = (file: string) => readFileSync(file, 'utf8');
const documents = ['docs', 'scripts/docs'].flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file)),
);

/** Table rows by the code in their first cell: `` | `CODE` | … ``. */
function rows(markdown: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [line] of markdown.matchAll(/^ *\| *`.*\|$/gm)) {
    const [first = '', ...cells] = line
      .trim()
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    found.set(first.replaceAll('`', ''), cells);
  }
  return found;
}

/** The values of `.env.example`: those that apply as it stands, and the defaults that are commented out. */
const example = {
  asItStands: parseEnv(read('.env.example')) as Environment,
  withDefaults: parseEnv(read('.env.example').replace(/^#(?=[A-Z_]+=)/gm, '')) as Environment,
};

const dingtalk = { DINGTALK_APP_KEY: 'a', DINGTALK_APP_SECRET: 'b', DINGTALK_CORP_ID: 'c' };
const zhezhengding = {
  PLATFORM: 'zhezhengding',
  ZHEZHENGDING_APP_KEY: 'a',
  ZHEZHENGDING_APP_SECRET: 'b',
  ZHEZHENGDING_TENANT_ID: '1',
  ZHEZHENGDING_BASE_URL: 'https://example.com',
};

const accountSystem = { CREDENTIALS_URL: 'https://example.com/verify', CREDENTIALS_SECRET: 'c' };

/** The names of all variables that the server, `npm run dev` and an upload read, collected while they read them. */
function variablesRead(): Set<string> {
  const asked = new Set<string>();
  const watched = (env: Environment) =>
    new Proxy(env, {
      get(target, name) {
        asked.add(String(name));
        return target[String(name)];
      },
    });
  loadConfig(watched({ ...dingtalk, ...accountSystem }));
  loadConfig(watched(zhezhengding));
  readDevSettings(watched({}));
  readDevSettings(watched(zhezhengding));
  readMpdevSettings(watched({ DINGTALK_MINI_APP_ID: 'a', DINGTALK_MINI_TOKEN: 'b' }));
  return asked;
}

describe('docs/errors.md', () => {
  const documented = rows(read('docs/errors.md'));

  test.each(errorCode.enum)('%s: status and text as the server answers', (code) => {
    const [status, message] = documented.get(code) ?? [];
    const error = new AppError(code);
    expect({ status, message }).toEqual({ status: String(error.statusCode), message: error.message });
  });

  test.each(reasons)('%s: an outcome, with cause, whose move and remedy', (reason) => {
    const [status, ...cells] = documented.get(reason) ?? [];
    expect(status).toBe('200');
    expect(cells.filter((cell) => cell !== '')).toHaveLength(4);
  });

  test('the codes that the mini program finds itself', () => {
    // Read as text: the module belongs to the mini program's own type configuration.
    const codes = [...read('mini/services/faults.ts').matchAll(/^ {2}([A-Z_]+): \{ message/gm)];
    expect(codes.length).toBeGreaterThan(10);
    for (const [, code = ''] of codes) expect([code, documented.has(code)]).toEqual([code, true]);
  });

  /** An app may be made without a console; the page keeps its codes. */
  const withoutConsole = !existsSync('server/console/app');
  const readConsole = (file: string) => (withoutConsole ? '' : read(`server/console/app/${file}`));
  /** The console's own codes: a union of its API client, and the codes on its sign-in page. */
  const consoleCodes = [
    ...[...readConsole('api.ts').matchAll(/ClientErrorCode = ([^;]+);/g)].flatMap(([, union = '']) =>
      [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code = '']) => code),
    ),
    ...[...readConsole('sign-in/sign-in.ts').matchAll(/ code: '([A-Z_]+)'/g)].map(([, code = '']) => code),
  ];

  test.skipIf(withoutConsole)('the codes that the console finds itself', () => {
    expect(consoleCodes.length).toBeGreaterThan(4);
    for (const code of consoleCodes) expect([code, documented.has(code)]).toEqual([code, true]);
  });

  test.skipIf(withoutConsole)('names no code that nothing answers', () => {
    const known = new Set<string>([...errorCode.enum, ...reasons, ...consoleCodes]);
    for (const [, code = ''] of read('mini/services/faults.ts').matchAll(/^ {2}([A-Z_]+): \{/gm))
      known.add(code);
    const codes = [...documented.keys()].filter((code) => /^[A-Z]+(?:_[A-Z]+)*$/.test(code));
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
  });

  test('the platform codes that the drivers know', () => {
    const text = read('docs/errors.md');
    const codes = ['dingtalk', 'zhezhengding'].flatMap((file) =>
      [
        ...read(`server/platform/${file}/answer.ts`).matchAll(
          /'(-1|\d{4,6}|OPF-[\w-]+|[A-Z]\w+(?:AppkeyAndApi|PermissionDenied|WhiteList))'/g,
        ),
      ].map(([, code = '']) => code),
    );
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) expect(text).toMatch(new RegExp(`\`(?:…)?${code}\``));
  });
});

/** An app that was made without a part lacks its tests too. */
const parts = ['console/app/h5', 'events', 'messages', 'notices'].map((folder) => `server/${folder}`);

describe('docs/security.md', () => {
  test.skipIf(!parts.every(existsSync))('names no test that is not there', () => {
    const named = [...read('docs/security.md').matchAll(/`([\w./-]+\.ts)` › “([^”]+)”/g)];
    expect(named.length).toBeGreaterThan(90);
    const missing = named.filter(
      ([, file = '', name = '']) => !existsSync(file) || !read(file).includes(name),
    );
    expect(missing.map(([row]) => row)).toEqual([]);
  });
});

describe('configuration', () => {
  const documented = rows(read('docs/settings.md'));

  test.each([...variablesRead()])(
    '%s is in docs/settings.md and .env.example, with one default',
    (variable) => {
      const [fallback = 'missing', meaning = ''] = documented.get(variable) ?? [];
      expect(Object.keys(example.withDefaults)).toContain(variable);
      expect(fallback).toBe(example.withDefaults[variable] ? `\`${example.withDefaults[variable]}\`` : '无');
      expect(meaning).not.toBe('');
    },
  );

  test('names no variable that nothing reads', () => {
    const known = variablesRead();
    expect(Object.keys(example.withDefaults).filter((name) => !known.has(name))).toEqual([]);
  });

  test('the defaults of .env.example are those of the server and of npm run dev', () => {
    // Only the source of the values differs.
    const load = (env: Environment): Config => ({
      ...loadConfig({ ...env, ...dingtalk }),
      settings: new Map(),
    });
    expect(load(example.withDefaults)).toEqual(load({}));
    expect(load(example.asItStands)).toEqual(load({}));
    expect(readDevSettings(example.withDefaults)).toEqual(readDevSettings({}));
    const upload = { DINGTALK_MINI_APP_ID: 'a', DINGTALK_MINI_TOKEN: 'b' };
    expect(readMpdevSettings({ ...example.withDefaults, ...upload })).toEqual(readMpdevSettings(upload));
  });

  test('.env.example as it stands leaves the emulator in charge', () => {
    expect(readDevSettings(example.asItStands)).toEqual(readDevSettings({}));
    expect(readDevSettings(example.asItStands).emulated).toBe(true);
  });
});

describe('package.json', () => {
  type Package = Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>;
  const named = (file: string) => {
    const { dependencies, devDependencies } = JSON.parse(read(file)) as Package;
    return { ...dependencies, ...devDependencies };
  };
  const app = named('package.json');
  const toolbox = named('scripts/package.json');

  test('every version is exact', () => {
    for (const version of [...Object.values(app), ...Object.values(toolbox)]) {
      expect(version).toMatch(/^(?:npm:.+@)?\d+\.\d+\.\d+(?:-[\w.-]+)?$/);
    }
  });

  test('the toolbox names the version of the app for every package that both use', () => {
    const both = Object.keys(toolbox).filter((name) => name in app);
    expect(both.length).toBeGreaterThan(5);
    for (const name of both) expect([name, toolbox[name]]).toEqual([name, app[name]]);
  });
});

/** Further commands of `npm run cli`, on a developer's machine. */
const inDevelopment = ['db:seed', 'db:diff'];

describe('markdown files', () => {
  const files = [
    // The English page is the template's own: `npm run init` removes it.
    ...['README.md', 'README.en.md'].filter((file) => existsSync(file)),
    ...['docs', 'scripts/docs'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md'))
        .map((file) => path.join(folder, file)),
    ),
  ];
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

  test.each(files)('%s: relative links resolve', (file) => {
    const targets = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target.replace(/#.*$/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => !existsSync(path.join(path.dirname(file), target)));
    expect(missing).toEqual([]);
  });

  test.each(files)('%s: npm scripts exist, and so do the files that they run', (file) => {
    const named = [...read(file).matchAll(/\bnpm (?:run ([\w:-]+)|(test|start))\b/g)];
    const missing = named
      .map(([, run, word]) => run ?? word ?? '')
      .filter((name) => {
        const files = scripts[name]
          ?.split(' ')
          .filter((word) => /^(?:scripts|server)\/|\.config\.mjs$/.test(word));
        return files === undefined || !files.every((file) => existsSync(file));
      });
    expect(missing).toEqual([]);
  });

  test.each(files)('%s: the operator’s commands exist', (file) => {
    const named = [
      ...read(file).matchAll(/(?:npm run cli|dist\/server\/cli\.js)(?: --)? ([a-z]+(?::[a-z]+)?)\b/g),
    ];
    const missing = named
      .map(([, name = '']) => name)
      .filter((name) => !(name in commands) && !inDevelopment.includes(name));
    expect(missing).toEqual([]);
  });

  test('README.md names every npm script', () => {
    const text = read('README.md');
    expect(
      Object.keys(scripts).filter((name) => !text.includes(`npm ${name === 'test' ? '' : 'run '}${name}`)),
    ).toEqual([]);
  });

  test('the files that name npm scripts are found at all', () => {
    expect(read('README.md')).toMatch(/npm run dev/);
    expect(files.length).toBeGreaterThan(8);
  });
});

test('every file with secrets that a document names is kept out of the repository', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ignored-'));
  try {
    spawnSync('git', ['init', '-q'], { cwd: folder });
    writeFileSync(path.join(folder, '.gitignore'), read('.gitignore'));
    const named = documents.flatMap((file) =>
      [
        ...read(file).matchAll(
          /(?<![\w*./-])[\w./-]*(?:\.env|env\.(?:production|migrate)|\.pem|\.key|tokens\.txt)(?![\w.])/g,
        ),
      ].map(([name]) => name.replace(/^\//, '')),
    );
    expect(named).toEqual(
      expect.arrayContaining(['.env', 'deploy/env.production', 'listing/loadtest/tokens.txt']),
    );
    const open = [...new Set(named)].filter(
      (name) => spawnSync('git', ['check-ignore', '-q', path.basename(name)], { cwd: folder }).status !== 0,
    );
    expect(open).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
