import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

/** The package as far as a deployment cares. */
export interface PackageFile {
  name: string;
  version: string;
  description: string;
  engines: { node: string };
  dependencies: Record<string, string>;
}

export async function readPackage(): Promise<PackageFile> {
  return JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as PackageFile;
}

/** What the service is called on the servers: the package's name. @throws StartFailure where it cannot be one. */
export async function serviceName(): Promise<string> {
  const { name } = await readPackage();
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return name;
  throw new StartFailure(
    `package.json 的 name“${name}”不能作为服务名：请用小写字母、数字和连字符，以字母开头，例如 work-orders。`,
  );
}
