import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readEnvironmentFile } from '../../../server/config/environment-file.ts';
import { projectRoot } from '../../../server/config/paths.ts';
import { failStart, StartFailure } from '../../../server/config/start-failure.ts';
import { readWords } from '../../words.ts';
import { failover } from '../failover.ts';
import { install, verify } from './install.ts';
import { currentVersion, type Layout, layoutAt, previousVersion, switchTo } from './layout.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { NotReady, restartOneByOne, whyNotReady } from './rollout.ts';
import { type Services, systemdServices } from './services.ts';

const usage = `用法：node manage.mjs 命令 [--root 安装目录]

  verify      核对安装包：文件齐全、没有变动、适合这台机器
  install     装到 /opt/名称 下，不动正在用的版本；可以重复运行
  migrate     应用数据库迁移；有 shared/migrate.env 时用属主账号做，并给应用的账号授权
  use         换成本安装包的版本，逐个重启实例；新版本起不来就自动换回
  rollback    换回上一个版本，逐个重启实例
  restart     改了 .env 以后，逐个重启实例
  status      装了哪些版本、在用哪个、各实例是否就绪

完整步骤见 scripts/docs/deploy.md。`;

/** The folder that holds this package: `dist/` lies in it. */
const packageRoot = path.dirname(projectRoot);

interface Task {
  manifest: Manifest;
  layout: Layout;
}

const commands: Readonly<Record<string, (task: Task) => Promise<void>>> = {
  async verify({ manifest }) {
    await verify(packageRoot, manifest);
    console.log(
      `安装包完好：${manifest.name} ${manifest.version}，${Object.keys(manifest.files).length} 个文件。`,
    );
  },

  async install({ manifest, layout }) {
    const { fresh, newEnvironment } = await install(packageRoot, manifest, layout);
    console.log(`${manifest.version} ${fresh ? '已装到' : '已经装在'} ${layout.release(manifest.version)}`);
    if (newEnvironment) console.log(`请填写 ${layout.environment}（密钥、数据库地址、平台凭证）。`);
    console.log(
      '接下来：node manage.mjs migrate，再 node manage.mjs use（第一次安装见 scripts/docs/deploy.md）。',
    );
  },

  async migrate({ manifest, layout }) {
    const release = layout.release(manifest.version);
    if (!existsSync(release)) throw new StartFailure('还没有安装这个版本，请先运行 node manage.mjs install');
    const program = path.join('dist', 'server', 'cli.js');
    const owner = existsSync(layout.migration) ? readEnvironmentFile(layout.migration) : {};
    const { status } = spawnSync(process.execPath, [program, 'db:migrate'], {
      cwd: release,
      stdio: 'inherit',
      env: { ...process.env, ...owner },
    });
    if (status !== 0) throw new StartFailure('迁移没有成功（原因见上），数据库停在最后一个成功的迁移。');
  },

  async use({ manifest, layout }) {
    if (!existsSync(layout.release(manifest.version))) {
      throw new StartFailure('还没有安装这个版本，请先运行 node manage.mjs install');
    }
    await change(manifest, layout, manifest.version);
  },

  async rollback({ manifest, layout }) {
    const version = await previousVersion(layout);
    if (version === null || !existsSync(layout.release(version))) {
      throw new StartFailure('没有可以换回的版本：上一个版本没有记录，或它的目录已经删除。');
    }
    await change(manifest, layout, version);
  },

  async restart({ manifest }) {
    await rollOut(manifest);
    console.log(`完成。${nextMachine}`);
  },

  async status({ manifest, layout }) {
    const releases = existsSync(layout.releases) ? (await readdir(layout.releases)).sort() : [];
    console.log(`安装目录 ${layout.root}`);
    console.log(`装了：${releases.join('、') || '无'}`);
    console.log(
      `在用：${(await currentVersion(layout)) ?? '无'}；上一个：${(await previousVersion(layout)) ?? '无'}`,
    );
    for (const port of systemdServices(manifest.name).ports()) {
      const problem = await whyNotReady(`${addressOf(port)}/readyz`);
      console.log(`实例 ${port}：${problem === null ? '就绪' : problem}`);
    }
  },
};

/** Holds after a roll-out, which waits for the gateway. */
const nextMachine = '现在可以做下一台机器。';

const addressOf = (port: number) => `http://127.0.0.1:${port}`;

function rollOut(manifest: Manifest, services: Services = systemdServices(manifest.name)): Promise<void> {
  return restartOneByOne({
    services,
    addressOf,
    tell: console.log,
    settleMs: (failover.failTimeoutSeconds + 1) * 1000,
  });
}

/** Switches every instance on this machine to a version, and back where an instance does not come up. */
async function change(manifest: Manifest, layout: Layout, version: string): Promise<void> {
  const before = await currentVersion(layout);
  const takeBack = await switchTo(layout, version);
  console.log(`当前版本：${before ?? '无'} → ${version}`);
  const services = systemdServices(manifest.name);
  if (services.ports().length === 0) {
    return console.log(
      '这台机器上还没有登记实例。启用：systemctl enable --now 名称@端口（见 scripts/docs/deploy.md）。',
    );
  }
  try {
    await rollOut(manifest);
  } catch (error) {
    if (!(error instanceof NotReady) || before === null || before === version) throw error;
    await takeBack();
    console.error(`${error.message}\n正在换回 ${before}……`);
    // The last one first: it does not serve.
    const ports = [...error.restarted].reverse();
    await rollOut(manifest, { ...services, ports: () => ports });
    throw new StartFailure(`已换回 ${before}。查原因：journalctl -u ${manifest.name}@${error.port} -n 50`);
  }
  console.log(`完成，全部实例都在 ${version} 上。${nextMachine}`);
}

async function main(): Promise<void> {
  process.umask(0o022);
  const { values, positionals } = readWords(process.argv.slice(2), { root: { type: 'string' } }, usage);
  const [name = '', ...more] = positionals;
  const command = commands[name];
  if (command === undefined || more.length > 0) throw new StartFailure(usage);
  const manifest = await readManifest(packageRoot);
  const layout = layoutAt(path.resolve(values.root ?? `/opt/${manifest.name}`));
  await command({ manifest, layout });
}

main().catch((error: unknown) =>
  failStart(error instanceof NotReady ? new StartFailure(error.message) : error),
);
