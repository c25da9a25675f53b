import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import type { MiniConfig } from '../../../mini/config/config.ts';

export const environments = ['development', 'test', 'production'] as const;
export type Environment = (typeof environments)[number];

/**
 * Reads `mini/config/<env>.ts` and checks that a package can be built with it.
 *
 * @param overrides values that replace the file's, e.g. the port of a server that was just started.
 * @throws Error in Chinese, naming file, field, problem and example.
 */
export async function readConfig(
  source: string,
  env: Environment,
  overrides: Partial<MiniConfig> = {},
): Promise<MiniConfig> {
  const config = { ...(await readConfigFile(source, env)), ...overrides };
  const problem = configProblem(env, config);
  if (problem !== null) {
    throw new Error(`mini/config/${env}.ts 还不能用来构建：${problem}`);
  }
  return config;
}

/** The configuration module of a package, which takes the place of the environments' files. */
export const configurationFile = (config: MiniConfig): Record<string, string> => ({
  'config/current.ts': `export const config = ${JSON.stringify(config, null, 2)};\n`,
});

/**
 * Reads `mini/config/<env>.ts` without checking it.
 *
 * @throws Error where it exports no configuration; of the file system where it is missing.
 */
export async function readConfigFile(source: string, env: Environment): Promise<MiniConfig> {
  const file = path.join(source, 'config', `${env}.ts`);
  const { code } = await transform(await readFile(file, 'utf8'), {
    sourcefile: file,
    loader: 'ts',
    format: 'cjs',
  });
  const module = { exports: {} as { config?: MiniConfig } };
  runInContext(code, createContext({ module, exports: module.exports }));
  if (module.exports.config === undefined) throw new Error(`mini/config/${env}.ts 没有导出 config。`);
  return module.exports.config;
}

const placeholder = /replace-me|\.example(\.|$)|example\.(com|org|net)$/i;
const privateHost = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[?::1)/;

function configProblem(env: Environment, { serverUrl, corpId, container }: MiniConfig): string | null {
  const example = '例如 https://app.hangzhou-dept.cn';
  let url: URL;
  try {
    url = new URL(serverUrl);
  } catch {
    return `serverUrl “${serverUrl}”不是网址。请填写服务端地址，${example}。`;
  }
  if (serverUrl.endsWith('/') || url.search !== '' || url.hash !== '') {
    return `serverUrl “${serverUrl}”末尾不要带 /，也不要带参数，${example}。`;
  }
  if (env === 'development') return null;
  if (placeholder.test(url.hostname)) {
    return `serverUrl 还是占位地址“${serverUrl}”。请换成真实的服务端地址，${example}。`;
  }
  if (container !== 'zhezhengding' && (corpId === '' || placeholder.test(corpId))) {
    return `corpId 还没有填写（现在是“${corpId}”）。请填写组织的 corpId（在开放平台首页可以看到，以 ding 开头）。`;
  }
  if (env === 'test') return null;
  if (url.protocol !== 'https:') {
    return `serverUrl “${serverUrl}”不是 https。生产环境必须用 https，${example}。`;
  }
  if (privateHost.test(url.hostname)) {
    return `serverUrl “${serverUrl}”是本机或内网地址，手机访问不到。请换成登记过的域名，${example}。`;
  }
  if (corpId === 'dingemulator0001') {
    return 'corpId 还是平台仿真的“dingemulator0001”。请填写组织真实的 corpId。';
  }
  return null;
}
