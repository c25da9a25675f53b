import { Type } from '@fastify/type-provider-typebox';
import { Compile } from 'typebox/compile';
import { request } from 'undici';
import type { CredentialsConfig } from '../config/auth.ts';
import { storablePattern } from '../contract/schema.ts';
import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import type { CredentialVerifier } from './credentials.ts';

/** Bytes; a longer answer is a fault. */
const maxAnswerBytes = 64 * 1024;

const storable = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: storablePattern });

/**
 * What the account system answers, with HTTP 200: `{"valid": false}`, or `{"valid": true, "name": "…",
 * "department": "…", "username": "…"}`. Further fields are ignored.
 */
const answerSchema = Compile(
  Type.Union([
    Type.Object({ valid: Type.Literal(false) }),
    Type.Object({
      valid: Type.Literal(true),
      name: storable(1, 64),
      department: Type.Optional(Type.Union([storable(0, 128), Type.Null()])),
      // The account's own name, where several spellings, or a mobile number, lead to it.
      username: Type.Optional(storable(1, 64)),
    }),
  ]),
);

/**
 * One form of a user name for all spellings that account systems take for the same: other width, case or accents
 * (MySQL's usual collations ignore both), invisible characters, blanks around it.
 */
const canonical = (username: string): string =>
  username
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}]/gu, '')
    .normalize('NFC')
    .trim()
    .toLowerCase();

/**
 * A vendor's existing accounts. A person who proves an account there for the first time gets a row here,
 * without a password: under the name that the answer gives, or else under one form of what was typed, so that no
 * spelling makes a second row. An account system for which `Wang` and `wang` are two people has to give the name.
 *
 * Only the answers above are believed. Whatever else comes (a fault, a redirect, HTML) is a fault of the
 * account system, `ACCOUNTS_UNAVAILABLE`, and never a wrong password.
 */
export function httpCredentials(prisma: PrismaClient, config: CredentialsConfig): CredentialVerifier {
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

  /** The account with this name in any case. An older database may hold several: then a bound one. */
  async function find(name: string): Promise<User | null> {
    const [row] = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE lower(username) = ${name}
      ORDER BY ding_user_id IS NULL, username <> ${name}, id LIMIT 1`;
    return row === undefined ? null : prisma.user.findUnique({ where: { id: row.id } });
  }

  return {
    keepsPasswords: false,
    async locate(username) {
      const name = canonical(username);
      return { name, user: await find(name) };
    },
    async verify(typed, password) {
      const name = canonical(typed);
      if (name === '') return null;
      const answer = await ask(typed.normalize('NFKC').trim(), password);
      if (!answer.valid) return null;
      const known = answer.username === undefined ? await find(name) : null;
      if (known !== null) return known;
      const username = answer.username ?? name;
      // The second of two simultaneous first attempts finds the row of the first; `upsert` would fail.
      await prisma.user.createMany({
        data: [{ username, name: answer.name, department: answer.department ?? null }],
        skipDuplicates: true,
      });
      return prisma.user.findUniqueOrThrow({ where: { username } });
    },
  };
}
