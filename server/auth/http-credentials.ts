import { Type } from '@fastify/type-provider-typebox';
import { Compile } from 'typebox/compile';
import { request } from 'undici';
import type { PrismaClient } from '../database/database.ts';
import { AppError } from '../errors.ts';
import type { CredentialVerifier } from './credentials.ts';

export interface HttpCredentialsConfig {
  /** Where `{username, password}` is posted as JSON. */
  url: string;
  /** Sent as `Authorization: Bearer`, so that the account system answers this server alone. */
  secret: string;
  timeoutMs: number;
}

/** Longer answers are no answers, in bytes. */
const maxAnswerBytes = 64 * 1024;

/**
 * What the account system answers, with HTTP 200: `{"valid": false}`, or `{"valid": true, "name": "…",
 * "department": "…"}`. Further fields are ignored.
 */
const answerSchema = Compile(
  Type.Union([
    Type.Object({ valid: Type.Literal(false) }),
    Type.Object({
      valid: Type.Literal(true),
      name: Type.String({ minLength: 1, maxLength: 64 }),
      department: Type.Optional(Type.Union([Type.String({ maxLength: 128 }), Type.Null()])),
    }),
  ]),
);

/**
 * A vendor's existing accounts. A person who proves an account there for the first time gets a row here,
 * without a password.
 *
 * Only the answers above are believed. Whatever else comes (a fault, a redirect, HTML) is a fault of the
 * account system, `ACCOUNTS_UNAVAILABLE`, and never a wrong password.
 */
export function httpCredentials(prisma: PrismaClient, config: HttpCredentialsConfig): CredentialVerifier {
  async function ask(username: string, password: string) {
    try {
      const answer = await request(config.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${config.secret}` },
        body: JSON.stringify({ username, password }),
        headersTimeout: config.timeoutMs,
        bodyTimeout: config.timeoutMs,
        signal: AbortSignal.timeout(config.timeoutMs),
      });
      let text = '';
      for await (const chunk of answer.body.setEncoding('utf8')) {
        text += chunk;
        if (text.length > maxAnswerBytes) throw new Error('the answer is too long');
      }
      if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`);
      const value: unknown = JSON.parse(text);
      if (!answerSchema.Check(value)) throw new Error('the answer has another shape');
      return value;
    } catch (cause) {
      throw new AppError('ACCOUNTS_UNAVAILABLE', { cause });
    }
  }

  return {
    keepsPasswords: false,
    async verify(username, password) {
      const answer = await ask(username, password);
      if (!answer.valid) return null;
      return prisma.user.upsert({
        where: { username },
        create: { username, name: answer.name, department: answer.department ?? null },
        update: {},
      });
    },
  };
}
