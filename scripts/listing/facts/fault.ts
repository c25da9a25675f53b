import type { ErrorCode } from '../../../server/contract/errors.ts';
import type { HttpAnswer, HttpAsk } from '../check/http-ask.ts';

/** Asks for the person of a session that looks real: the app must ask its database to know that there is none. */
export const madeUpSession: HttpAsk = {
  path: '/api/me',
  headers: { authorization: `Bearer ${'listing-check'.padEnd(43, '-')}` },
};

/** The code of an answer that is a fault of the contract; null for any other answer. */
export function faultCode({ json }: HttpAnswer): ErrorCode | null {
  if (typeof json !== 'object' || json === null || !('code' in json) || !('requestId' in json)) return null;
  return typeof json.code === 'string' ? (json.code as ErrorCode) : null;
}
