import { createHash } from 'node:crypto';
import { type AuditEvent, type PersonAction, recordAudits } from '../audit/audit.ts';
import { countersOf } from '../auth/lockout.ts';
import { hashMany } from '../auth/many-passwords.ts';
import { generatePassword, type Passwords } from '../auth/passwords.ts';
import type {
  BulkDeed,
  BulkOutcome,
  BulkPerson,
  BulkPreview,
  BulkRequest,
  BulkRun,
} from '../contract/bulk.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import { type Actor, difference, holdAdministrators } from './changing.ts';
import type { PersonServices } from './person.ts';

/** The lifetime of a one-time password, in milliseconds. */
export const oneTimePasswordMs = 72 * 3_600_000;
/** The longest time for making passwords, in milliseconds: below the gateway's time-out. */
const hashingMs = 45_000;
/** Accounts whose failures one statement clears. */
const unlockedAtOnce = 100;

const actions = {
  disable: 'person.disabled',
  enable: 'person.enabled',
  'change-role': 'person.edited',
  'reset-passwords': 'password.reset',
} as const satisfies Partial<Record<BulkDeed, PersonAction>>;

interface Looked {
  preview: BulkPreview;
  /** The people who will be changed. */
  met: User[];
}

/** New passwords and their hashes, by the person's id. */
type NewPasswords = ReadonlyMap<string, { password: string; hash: string }>;

/**
 * Changes of one person or of many at once. A preview shows the people first. The change is then made to exactly these
 * people, in the shown version, in one transaction, with an entry in the audit log for each.
 */
export function createBulk(services: PersonServices & { passwords: Passwords }) {
  const { prisma, sessions, passwords, credentials, now } = services;

  async function look(on: PrismaClient | Transaction, actor: Actor, request: BulkRequest): Promise<Looked> {
    const { deed, role, ids } = request;
    if ((deed === 'change-role') !== (role !== undefined)) throw new AppError('INVALID_REQUEST');
    const users = await on.user.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
    const live = await sessions.count(on, ids);
    const fateOf = (user: User): BulkPerson['fate'] => {
      if (user.id === actor.user.id) return 'self';
      return changes(request, user, live.get(user.id) ?? 0) ? 'changes' : 'unchanged';
    };
    const people = users.map(
      (user): BulkPerson => ({
        id: user.id,
        username: user.username,
        name: user.name,
        department: user.department,
        role: user.role,
        disabled: user.status === 'DISABLED',
        sessions: live.get(user.id) ?? 0,
        fate: fateOf(user),
      }),
    );
    const found = new Set(users.map(({ id }) => id));
    const seen = JSON.stringify([
      deed,
      role,
      actor.user.id,
      users.map(({ id, updatedAt }) => [id, updatedAt]),
    ]);
    return {
      preview: {
        token: createHash('sha256').update(seen).digest('base64url'),
        people,
        gone: ids.filter((id) => !found.has(id)),
        possible: deed !== 'reset-passwords' || credentials.keepsPasswords,
      },
      met: users.filter((_, at) => people[at]?.fate === 'changes'),
    };
  }

  /** @returns null if they could not be made in time. */
  async function makePasswords(users: readonly User[]): Promise<NewPasswords | null> {
    const made = new Map<string, { password: string; hash: string }>();
    const signal = AbortSignal.timeout(hashingMs);
    const wanted = users.map(({ id, username }) => ({ id, password: generatePassword(username) }));
    try {
      await hashMany(passwords, wanted, signal, ({ id, password }, hash) => made.set(id, { password, hash }));
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
    return made;
  }

  /** Changes the people. @returns each of them after the change. */
  async function change(
    tx: Transaction,
    { deed, role }: BulkRun,
    met: readonly User[],
    made: NewPasswords,
  ): Promise<User[]> {
    const where = { id: { in: met.map(({ id }) => id) } };
    // `updatedAt` is the version, so it must grow even if the clock was set back.
    const latest = met.reduce((most, { updatedAt }) => Math.max(most, updatedAt.getTime() + 1), now());
    const updatedAt = new Date(latest);
    if (deed === 'reset-passwords') {
      const expiresAt = new Date(now() + oneTimePasswordMs);
      const hashes = JSON.stringify(met.map(({ id }) => ({ id, hash: made.get(id)?.hash })));
      // One statement; Prisma's client would need one for each hash.
      await tx.$executeRaw`
        UPDATE users SET password_hash = made.hash, must_change_password = true,
          password_expires_at = ${expiresAt}::timestamptz, updated_at = ${updatedAt}::timestamptz
        FROM jsonb_to_recordset(${hashes}::jsonb) AS made(id uuid, hash text) WHERE users.id = made.id`;
      for (let at = 0; at < met.length; at += unlockedAtOnce) {
        const accounts = met.slice(at, at + unlockedAtOnce).map(({ username }) => countersOf(username));
        await tx.lockout.deleteMany({ where: { OR: accounts } });
      }
      return met.map((user) => ({ ...user, mustChangePassword: true, passwordExpiresAt: expiresAt }));
    }
    if (deed === 'end-sessions') return [...met];
    const data =
      role === undefined ? ({ status: deed === 'disable' ? 'DISABLED' : 'ACTIVE' } as const) : { role };
    await tx.user.updateMany({ where, data: { ...data, updatedAt } });
    return met.map((user) => ({ ...user, ...data }));
  }

  return {
    /** @throws AppError INVALID_REQUEST for a role without `change-role`, or `change-role` without a role. */
    async preview(actor: Actor, request: BulkRequest): Promise<BulkPreview> {
      return (await look(prisma, actor, request)).preview;
    },

    /** @throws AppError as `preview`; FORBIDDEN if the actor is no longer an administrator. */
    async run(actor: Actor, request: BulkRun): Promise<BulkOutcome> {
      const { deed, ids, token } = request;
      const stands = ({ preview }: Looked): boolean =>
        preview.token === token &&
        preview.possible &&
        preview.gone.length === 0 &&
        preview.people.every(({ fate }) => fate !== 'self');
      const before = await look(prisma, actor, request);
      if (!stands(before)) return { outcome: 'outdated', preview: before.preview };
      const made = deed === 'reset-passwords' ? await makePasswords(before.met) : new Map();
      if (made === null) return { outcome: 'busy' };

      const outcome = await prisma.$transaction(async (tx): Promise<BulkOutcome> => {
        if (deed === 'disable' || deed === 'change-role') await holdAdministrators(tx, actor.user.id);
        await tx.$queryRaw`SELECT 1 FROM users WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
        const { preview, met } = await look(tx, actor, request);
        if (!stands({ preview, met })) return { outcome: 'outdated', preview };
        const after = await change(tx, request, met, made);
        const ended = new Map(preview.people.map(({ id, sessions: live }) => [id, live]));
        // For all other deeds the database's triggers end the sessions.
        if (deed === 'reset-passwords' || deed === 'end-sessions')
          await tx.session.deleteMany({ where: { userId: { in: met.map(({ id }) => id) } } });
        const entries = met.map((user, at): AuditEvent => {
          const about = { actorId: actor.user.id, subject: `user:${user.id}` };
          const together = met.length > 1 ? { together: met.length } : {};
          return deed === 'end-sessions'
            ? {
                action: 'sessions.ended',
                ...about,
                detail: { sessions: ended.get(user.id) ?? 0, ...together },
              }
            : {
                action: actions[deed],
                ...about,
                detail: { ...difference(user, after[at] ?? user), ...together },
              };
        });
        await recordAudits(tx, entries, actor.address);
        return {
          outcome: 'done',
          changed: met.length,
          sessions:
            deed === 'enable' || deed === 'change-role'
              ? 0
              : met.reduce((sum, { id }) => sum + (ended.get(id) ?? 0), 0),
          passwords: met.flatMap(({ id, username, name, department }) => {
            const password = made.get(id)?.password;
            return password === undefined ? [] : [{ username, name, department, password }];
          }),
          expiresAt: after.find(() => deed === 'reset-passwords')?.passwordExpiresAt?.toISOString() ?? null,
        };
      });
      // The triggers have notified the other instances.
      if (outcome.outcome === 'done') for (const id of ids) sessions.forgetAll(id);
      return outcome;
    },
  };
}

/** Whether a deed changes this person at all. */
function changes({ deed, role }: BulkRequest, user: User, live: number): boolean {
  if (deed === 'disable') return user.status !== 'DISABLED';
  if (deed === 'enable') return user.status !== 'ACTIVE';
  if (deed === 'change-role') return user.role !== role;
  return deed === 'reset-passwords' || live > 0;
}
