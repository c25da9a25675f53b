import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The largest body that the emulator reads, in bytes; a package of a mini program is put. */
const maxBodyBytes = (method: string | undefined) => (method === 'PUT' ? 32 : 1) * 1024 * 1024;

/** A request to the emulator, read to its end. */
export interface ApiRequest {
  method: string;
  /** Without host and query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The media type alone, in lower case; empty when the request names none. */
  contentType: string;
  body: string;
  /** The same before it was decoded. */
  bytes: Buffer;
}

/** What the emulator answers when no fault gets in the way; `body` becomes JSON, text stays as it is (XML). */
export interface Answer {
  status: number;
  body: unknown;
}

/**
 * Reads a request to its end.
 *
 * @throws when the client aborts, or when the body is longer than 1 MiB (PUT: 32 MiB).
 */
export async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(incoming.url ?? '/', 'http://emulator.invalid');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes(incoming.method)) throw new Error('request body too large');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    contentType: (incoming.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    body: bytes.toString('utf8'),
    bytes,
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as a JSON object; null when it is anything else. An empty body is an empty object. */
export function jsonObject(body: string): Record<string, unknown> | null {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Every field as text: how the official documents' samples show numbers, booleans and lists. */
export function stringly(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value === null || typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** The first value of a header. */
export function header(request: ApiRequest, name: string): string | null {
  const value = request.headers[name.toLowerCase()];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
