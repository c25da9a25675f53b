import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './environment.ts';
import { StartFailure } from './start-failure.ts';

/** Variables that a file has set in this process. */
export const variablesOfFile = new Set<string>();

/**
 * The environment variables, and those of a file that are not set yet. SKIP_ENV_FILE skips the file: the tests set it,
 * so that they do not use a developer's database and settings.
 *
 * @param file `.env` in the working folder by default; it may be absent.
 * @throws StartFailure as {@link readEnvironmentFile} does.
 */
export function loadEnvironment(file = '.env'): Environment {
  if (process.env.SKIP_ENV_FILE || !existsSync(file)) return process.env;
  for (const [variable, value] of Object.entries(readEnvironmentFile(file))) {
    if (process.env[variable] !== undefined) continue;
    process.env[variable] = value;
    variablesOfFile.add(variable);
  }
  return process.env;
}

/**
 * The variables that a file sets. `process.loadEnvFile` is not used: with a byte order mark, as Windows writes it, it
 * loses the first variable.
 *
 * @throws StartFailure for a file that cannot be read, or that is in UTF-16 or in the system's own encoding (GBK).
 */
export function readEnvironmentFile(file: string): Environment {
  const bytes = read(file);
  // In UTF-16 every ASCII character contains a NUL byte.
  if (bytes.includes(0)) {
    throw new StartFailure(
      `${file} 是 UTF-16 编码，读不出里面的变量。${saveAsUtf8}\n` +
        '多半是用 PowerShell 的 > 或 Out-File 写成的；以后请用编辑器改这个文件。',
    );
  }
  // TextDecoder removes the byte order mark.
  try {
    return parseEnv(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new StartFailure(
      `${file} 不是 UTF-8 编码（多半是 GBK，也就是旧版记事本里的“ANSI”），里面的汉字会变成乱码。${saveAsUtf8}`,
    );
  }
}

const saveAsUtf8 = '请用记事本打开它，选“另存为”，把编码改成“UTF-8”，保存后重新运行。';

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new StartFailure(`读不到文件 ${file}。请检查路径是否写对、有没有读取的权限。`);
  }
}
