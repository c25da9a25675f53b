import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../server/config/paths.ts';
import { buildInto } from '../../build/server.ts';
import { filesBelow, type Manifest, manifestFile, sha256Of } from '../manage/manifest.ts';
import { type PackageFile, readPackage, serviceName } from '../service-name.ts';
import { installDependencies } from './dependencies.ts';
import { fetchNode } from './node.ts';
import { writeTarGz } from './tar.ts';
import { type PackOptions, targetName } from './target.ts';

export interface Packed {
  archive: string;
  sha256: string;
  /** Files in it. */
  files: number;
}

/**
 * Builds the application and puts all that a machine without internet needs into one archive: the server, the
 * pages, the migrations, the tools, the packages that they load, the files of `deploy/`, and the documents.
 *
 * @param tell hears what is being done, in Chinese.
 */
export async function pack(
  { target, node, into }: PackOptions,
  tell: (line: string) => void,
): Promise<Packed> {
  const own = await readPackage();
  const name = await serviceName();
  const title = `${name}-${own.version}-${targetName(target)}`;
  const staging = await mkdtemp(path.join(os.tmpdir(), 'pack-'));
  try {
    const folder = path.join(staging, title);
    await mkdir(folder);
    tell('构建服务端和页面……');
    await buildInto(path.join(folder, 'dist'));
    tell(`安装 ${targetName(target)} 的生产依赖……`);
    await installDependencies(projectRoot, folder, target);
    await writeFile(path.join(folder, 'package.json'), productionPackage(own));
    await writeFile(path.join(folder, 'manage.mjs'), "import './dist/scripts/deploy/manage/main.js';\n");
    await copyDocuments(projectRoot, folder);
    await copyDeployFiles(projectRoot, folder);
    if (node !== null) {
      const runtime = path.join(folder, 'runtime');
      await mkdir(runtime);
      if (node === 'recommended') await fetchNode(target, runtime, tell);
      else await copyFile(node.file, path.join(runtime, path.basename(node.file)));
    }
    tell('计算校验值，压缩……');
    const files = await filesBelow(folder);
    const manifest: Manifest = {
      format: 1,
      name,
      version: own.version,
      platform: target,
      node: own.engines.node.replace(/^>=/, ''),
      migrations: await migrationsIn(folder),
      files: Object.fromEntries(
        await Promise.all(
          files.map(async (file) => [file, await sha256Of(path.join(folder, ...file.split('/')))] as const),
        ),
      ),
    };
    await writeFile(path.join(folder, manifestFile), `${JSON.stringify(manifest, null, 1)}\n`);
    await mkdir(into, { recursive: true });
    const archive = path.join(into, `${title}.tar.gz`);
    await writeTarGz(
      staging,
      [...files, manifestFile].map((file) => `${title}/${file}`),
      archive,
    );
    const sha256 = await sha256Of(archive);
    await writeFile(`${archive}.sha256`, `${sha256}  ${path.basename(archive)}\n`);
    return { archive, sha256, files: files.length + 1 };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The package.json of production: what the server loads, and its two programs. */
function productionPackage(own: PackageFile): string {
  const { name, version, description, engines, dependencies } = own;
  const content = {
    name,
    version,
    private: true,
    description,
    type: 'module',
    engines,
    scripts: { start: 'node dist/server/main.js', cli: 'node dist/server/cli.js' },
    dependencies,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Documents that are only about development. */
const developmentDocuments: ReadonlySet<string> = new Set(['emulator.md', 'simulator.md']);

async function copyDocuments(project: string, folder: string): Promise<void> {
  await copyFile(path.join(project, 'README.md'), path.join(folder, 'README.md'));
  await copyFile(path.join(project, '.env.example'), path.join(folder, '.env.example'));
  for (const part of ['docs', 'scripts/docs']) {
    await mkdir(path.join(folder, part), { recursive: true });
    for (const file of await readdir(path.join(project, part))) {
      if (!file.endsWith('.md') || developmentDocuments.has(file)) continue;
      await copyFile(path.join(project, part, file), path.join(folder, part, file));
    }
  }
}

/** Keys, certificates and real configurations, which must not get into a package. */
const secret = /^\.env|\.(?:key|pem|pfx|p12|jks)$|^\.generated\.json$|\.new$/;

async function copyDeployFiles(project: string, folder: string): Promise<void> {
  const deploy = path.join(project, 'deploy');
  if (!existsSync(deploy)) return;
  await cp(deploy, path.join(folder, 'deploy'), {
    recursive: true,
    filter: (source) => !secret.test(path.basename(source)),
  });
}

async function migrationsIn(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, 'dist', 'prisma', 'migrations'), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}
