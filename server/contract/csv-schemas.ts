import type { Readable } from 'node:stream';
import { Type } from '@fastify/type-provider-typebox';

export const csvEncoding = Type.Enum(['utf-8', 'gb18030']);

/** A route's answer that is a CSV file. */
export const csvFile = {
  content: {
    'text/csv': { schema: Type.Unsafe<Buffer | Readable>({ type: 'string', description: 'CSV 文件' }) },
  },
};
