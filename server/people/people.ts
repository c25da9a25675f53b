import { recordAudit } from '../audit/audit.ts';
import type { Lockout } from '../auth/lockout.ts';
import { unlock } from '../auth/lockout.ts';
import { generatePassword, type Passwords } from '../auth/passwords.ts';
import type { SessionsEnded } from '../contract/auth.ts';
import type {
  AccountUnlocked,
  PasswordReset,
  PersonEdit,
  PersonInput,
  PersonOutcome,
} from '../contract/people.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import { type Actor, type Change, changePerson, difference, newcomer, takenField } from './changing.ts';
import { readFields } from './fields.ts';
import { type PersonServices, personDetail } from './person.ts';

export interface PeopleServices extends PersonServices {
  passwords: Passwords;
  lockout: Lockout;
}

/** A password that an administrator gives out is refused after this, in milliseconds. */
export const oneTimePasswordMs = 72 * 3_600_000;

type Seen = { id: string; version: string };

/** The administrators' changes of people's accounts. Each one writes its entry of the audit log in its transaction. */
export function createPeople(services: PeopleServices) {
  const { prisma, sessions, passwords, credentials, now } = services;

  async function nameOf(id: string): Promise<User> {
    const user = await prisma.user.findUnique({ where: { id } });
    if (user === null) throw new AppError('NOT_FOUND');
    return user;
  }

  return {
    async create(actor: Actor, input: PersonInput): Promise<PersonOutcome> {
      const read = readFields(input);
      if ('outcome' in read) return read;
      // All of them were given.
      const data = read.fields as PersonInput;
      try {
        const id = await prisma.$transaction(async (tx) => {
          const at = new Date(now());
          const user = await tx.user.create({ data: { ...data, createdAt: at, updatedAt: at } });
          const { after } = difference(newcomer, user);
          await recordAudit(
            tx,
            {
              action: 'person.created',
              actorId: actor.user.id,
              subject: `user:${user.id}`,
              detail: { after },
            },
            actor.address,
          );
          return user.id;
        });
        return { outcome: 'saved', person: await personDetail(services, id) };
      } catch (error) {
        const field = takenField(error);
        if (field === null) throw error;
        return { outcome: 'taken', field };
      }
    },

    async edit(actor: Actor, id: string, { version, ...input }: PersonEdit): Promise<PersonOutcome> {
      const stored = await nameOf(id);
      const differs = ([key, value]: [string, unknown]) => stored[key as keyof PersonInput] !== value;
      // A field that does not change is not checked: older rows may hold values that the rules of today refuse.
      const read = readFields(Object.fromEntries(Object.entries(input).filter(differs)));
      if ('outcome' in read) return read;
      const data: Partial<PersonInput> = Object.fromEntries(Object.entries(read.fields).filter(differs));
      return changePerson(services, actor, { id, version }, (before) => {
        if (Object.keys(data).length === 0) return null;
        // The account gets another person of the platform: forget what the platform said of the former one.
        const former = 'dingUserId' in data && before.dingUserId !== null ? forgetPerson : {};
        const left = typeof data.dingUserId === 'string' ? { leftAt: null } : {};
        return { action: 'person.edited', data: { ...former, ...left, ...data } };
      });
    },

    disable: (actor: Actor, seen: Seen) => changePerson(services, actor, seen, setStatus('DISABLED')),

    enable: (actor: Actor, seen: Seen) => changePerson(services, actor, seen, setStatus('ACTIVE')),

    /** The person has to bind anew. A 超级高管 cannot bind: an administrator enters a new id first. */
    unbind: (actor: Actor, seen: Seen) =>
      changePerson(services, actor, seen, ({ dingUserId }) =>
        dingUserId === null
          ? null
          : { action: 'person.unbound', data: { dingUserId: null, ...forgetPerson } },
      ),

    async resetPassword(actor: Actor, seen: Seen): Promise<PasswordReset> {
      if (!credentials.keepsPasswords) return { outcome: 'refused', reason: 'PASSWORD_ELSEWHERE' };
      // One's own password is changed on the account page, which asks for the old one.
      if (seen.id === actor.user.id) return { outcome: 'refused', reason: 'SELF' };
      const { username } = await nameOf(seen.id);
      const password = generatePassword(username);
      const passwordHash = await passwords.hash(password);
      const expiresAt = new Date(now() + oneTimePasswordMs);
      const outcome = await changePerson(services, actor, seen, () => ({
        action: 'password.reset',
        data: { passwordHash, mustChangePassword: true, passwordExpiresAt: expiresAt },
        endsSessions: true,
      }));
      if (outcome.outcome !== 'saved') return outcome as Exclude<typeof outcome, { outcome: 'taken' }>;
      // The person has probably tried old passwords: the new one must not be locked because of them.
      await services.lockout.clearAccount(username);
      return {
        outcome: 'password-reset',
        password,
        expiresAt: expiresAt.toISOString(),
        person: await personDetail(services, seen.id),
      };
    },

    async endSessions(actor: Actor, id: string): Promise<SessionsEnded> {
      await nameOf(id);
      const count = await sessions.endAll(id, { actorId: actor.user.id, address: actor.address });
      return { outcome: 'sessions-ended', count };
    },

    async unlock(actor: Actor, id: string): Promise<AccountUnlocked> {
      const { username } = await nameOf(id);
      const result = await unlock(prisma, username, now(), {
        actorId: actor.user.id,
        address: actor.address,
      });
      return {
        outcome: 'unlocked',
        cleared: result?.cleared.length ?? 0,
        lockedPeople: result?.lockedPeople ?? [],
      };
    },

    /** Writes to the audit log who asks, then returns the full mobile number. */
    async revealMobile(actor: Actor, id: string): Promise<string | null> {
      const { mobile } = await nameOf(id);
      if (mobile === null) return null;
      await recordAudit(
        prisma,
        { action: 'mobile.revealed', actorId: actor.user.id, subject: `user:${id}`, detail: {} },
        actor.address,
      );
      return mobile;
    },
  };
}

/**
 * Clears what the platform said of the bound person. `leftAt` stays until the account gets another person: an
 * administrator who has left must not be let in again by unbinding their account.
 */
const forgetPerson = { unionId: null, employeeCode: null, boundAt: null, boundBy: null } as const;

const setStatus =
  (status: User['status']) =>
  (before: User): Change | null =>
    before.status === status
      ? null
      : { action: status === 'ACTIVE' ? 'person.enabled' : 'person.disabled', data: { status } };
