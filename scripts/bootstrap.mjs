/**
 * First step of every npm script that needs the project's packages: `node scripts/bootstrap.mjs <file.ts | tool> …`.
 * It depends on nothing but Node itself, since on a fresh clone nothing else is there: it installs when
 * `node_modules` is missing or older than the lock file, generates the Prisma client when the schema changed,
 * and then hands over to the TypeScript file (through tsx) or the tool (vitest, tsc, biome); a file of JavaScript runs in
 * this process.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const requireFromRoot = createRequire(path.join(root, 'package.json'));

function stop(message, code = 1) {
  console.error(`\n${message}\n`);
  process.exit(code);
}

function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(
      `需要 Node.js 20.19 或更新版本，当前是 ${process.versions.node}。\n请安装 Node.js 24（https://nodejs.org）后重试。`,
    );
  }
}

function modified(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

/** npm's own record of what it installed; written last, so a broken-off install leaves none. */
const installedRecord = path.join(root, 'node_modules', '.package-lock.json');

async function installPackages() {
  if (modified(installedRecord) >= modified(path.join(root, 'package-lock.json'))) return;
  console.log('正在安装依赖（npm ci），首次需要一两分钟……');
  const npm = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] };
  // With NODE_ENV=production npm would leave out the tools that every script here runs on. Started by another package
  // manager, `npm_execpath` is that one's, which has no `ci` or means another thing by it.
  const child =
    npm !== undefined && path.basename(npm) === 'npm-cli.js'
      ? spawn(process.execPath, [npm, 'ci', '--include=dev'], options)
      : spawn('npm ci --include=dev', { ...options, shell: true });
  // npm runs on for a minute after Ctrl-C, also during the next attempt, which repeats the unfinished work.
  let interrupted = false;
  const end = () => {
    interrupted = true;
    child.kill('SIGKILL');
  };
  // Where the output is no terminal, npm itself says nothing for minutes.
  const began = Date.now();
  const progress = setInterval(
    () => console.log(`还在安装……（${Math.round((Date.now() - began) / 1000)} 秒）`),
    5000,
  );
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, end);
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('exit', resolve);
  });
  clearInterval(progress);
  for (const signal of signals) process.off(signal, end);
  if (interrupted) stop('已停止安装。再次运行会从头安装。', 130);
  if (status !== 0) {
    stop(
      '依赖安装失败（原因见上）。\n' +
        '  出现 EPERM、EBUSY：文件正被占用，请先停掉正在运行的 npm run dev，再重新运行。\n' +
        '  出现 ETIMEDOUT、ENOTFOUND 等：请检查能否访问 npm 源（npm config get registry），再重新运行。',
    );
  }
}

/** By the parts of Prisma that generate: its command line would bring a hundred packages that nothing here needs. */
async function generateClient() {
  const output = path.join(root, 'server', 'database', 'generated');
  const stamp = path.join(output, 'source.sha256');
  const version = requireFromRoot('@prisma/client/package.json').version;
  const schemaPath = path.join(root, 'prisma', 'schema.prisma');
  const datamodel = readFileSync(schemaPath, 'utf8');
  const hash = createHash('sha256').update(version).update(datamodel).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.log('正在生成 Prisma 客户端……');
  const { getConfig, getDMMF } = requireFromRoot('@prisma/internals');
  const { PrismaClientTsGenerator } = requireFromRoot('@prisma/client-generator-ts');
  try {
    const files = { datamodel: [[schemaPath, datamodel]] };
    const [{ generators, datasources }, dmmf] = [await getConfig(files), await getDMMF(files)];
    const generator = { ...generators[0], output: { fromEnvVar: null, value: output } };
    const schema = { schemaPath, datamodel, dmmf, datasources, version };
    await new PrismaClientTsGenerator().generate({ ...schema, generator, otherGenerators: [] });
  } catch (error) {
    stop(`生成 Prisma 客户端失败，请检查 prisma/schema.prisma：\n${error.message}`);
  }
  writeFileSync(stamp, hash);
}

const tools = {
  vitest: ['node_modules/vitest/vitest.mjs'],
  tsc: ['node_modules/typescript/bin/tsc'],
  biome: ['node_modules/@biomejs/biome/bin/biome'],
};

function handOver([target, ...rest]) {
  if (target.endsWith('.mjs')) {
    process.chdir(root);
    return import(pathToFileURL(path.resolve(target)).href);
  }
  const tsx = ['--import', pathToFileURL(requireFromRoot.resolve('tsx')).href];
  const command = tools[target] ?? [...tsx, target];
  const child = spawn(process.execPath, [...command, ...rest], { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the whole process group by itself; a signal sent to this process alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

checkNodeVersion();
await installPackages();
await generateClient();
if (process.argv[2] !== 'prepare') await handOver(process.argv.slice(2));
