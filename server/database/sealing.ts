import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealing {
  /** @param context names the purpose of the text; opening needs the same. */
  seal(text: string, context: string): string;
  /** Null if the text was sealed with another key or for another context, or was altered. */
  open(sealed: string, context: string): string | null;
}

/**
 * Encrypts texts for the database (AES-256-GCM) with a key derived from SECRET_KEY, so that a copy of the database is
 * not enough to read them.
 */
export function createSealing(secretKey: string): Sealing {
  const key = new Uint8Array(hkdfSync('sha256', secretKey, '', 'database-sealing', 32));
  return {
    seal(text, context) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < 28) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}
