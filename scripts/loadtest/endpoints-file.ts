import { readFile } from 'node:fs/promises';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type Endpoint, type LoadTestRequest, readEndpoint } from './arguments.ts';
import { errorText } from './http.ts';

/**
 * The interfaces of the command line and of a file (one a line; a line that begins with `#` is a comment). The file is
 * for JSON, which every shell quotes in another way.
 *
 * @returns null where none are given.
 * @throws StartFailure in Chinese for a file that cannot be read, holds none, or a line that is none.
 */
export async function ownEndpoints({
  endpoints,
  endpointsFile: file,
}: Pick<LoadTestRequest, 'endpoints' | 'endpointsFile'>): Promise<Endpoint[] | null> {
  if (file === null) return endpoints;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new StartFailure(`读不到接口文件 ${file}：${errorText(error)}`);
  }
  const found = text.split(/\r?\n/).flatMap((line, index) => {
    // `trim` also removes the byte order mark that Windows puts at the beginning of a file.
    const given = line.trim();
    if (given === '' || given.startsWith('#')) return [];
    return readEndpoint(given, (problem) => {
      throw new StartFailure(`${file} 第 ${index + 1} 行：${problem}`);
    });
  });
  if (found.length === 0)
    throw new StartFailure(`接口文件 ${file} 里没有接口：一行写一个，例如 GET /api/orders。`);
  return [...(endpoints ?? []), ...found];
}
