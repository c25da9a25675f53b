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
      // The account's own user name, if several spellings or a mobile number lead to it.
      username: Type.Optional(storable(1, 64)),
    }),
  ]),
);

/** A typed user name in NFKC, without blanks around it. */
const plain = (typed: string): string => typed.normalize('NFKC').trim();

/** One form for spellings that account systems treat as one name: MySQL's usual collations ignore case and accents. */
const canonical = (username: string): string =>
  username.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase();

/**
 * A vendor's account system. The first right password of an account creates its row here, without a password. The row's
 * user name is the one in the answer, or else one form of the typed name, so that no other spelling makes a second row.
 * An account system for which `Wang` and `wang` are two people must answer with the user name.
 *
 * A name with other characters than the configured ones counts as unknown, and the account system is not asked.
 * Otherwise spellings that count as two names here and as one name there (ø and o, an inserted U+0640, other scripts'
 * digits) would get attempts without a lock.
 *
 * Any other answer (an error, a redirect, HTML) is a fault of the account system, `ACCOUNTS_UNAVAILABLE`, and never a
 * wrong password.
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

  /** The account with this name in upper or lower case. If an older database has several, a bound one. */
  async function find(name: string): Promise<User | null> {
    const [row] = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE lower(username) = ${name}
      ORDER BY ding_user_id IS NULL, username <> ${name}, id LIMIT 1`;
    return row === undefined ? null : prisma.user.findUnique({ where: { id: row.id } });
  }

  return {
    keepsPasswords: false,
    async locate(typed) {
      const username = plain(typed);
      // No account can have this name; `verify` does not ask the account system.
      if (!config.usernames.test(username)) return { name: username, user: null };
      const name = canonical(username);
      return { name, user: await find(name) };
    },
    async verify(typed, password) {
      const username = plain(typed);
      if (!config.usernames.test(username)) return null;
      const name = canonical(username);
      const answer = await ask(username, password);
      if (!answer.valid) return null;
      const known = answer.username === undefined ? await find(name) : null;
      if (known !== null) return known;
      const account = answer.username ?? name;
      // The second of two simultaneous first attempts finds the row of the first; `upsert` would fail.
      await prisma.user.createMany({
        data: [{ username: account, name: answer.name, department: answer.department ?? null }],
        skipDuplicates: true,
      });
      return prisma.user.findUniqueOrThrow({ where: { username: account } });
    },
  };
}
