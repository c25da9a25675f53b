import { recordAudit } from '../audit/audit.ts';
import { unlock } from '../auth/lockout.ts';
import type { AccountUnlocked, PersonEdit, PersonInput, PersonOutcome } from '../contract/people.ts';
import type { User } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';
import { type Actor, changePerson, difference, newcomer, takenField } from './changing.ts';
import { readFields } from './fields.ts';
import { type PersonServices, personDetail } from './person.ts';

/**
 * Changes of one person. Each change writes its entry of the audit log in its transaction. Changes of one or many
 * people are in bulk.ts.
 */
export function createPeople(services: PersonServices) {
  const { prisma, now } = services;

  async function nameOf(id: string): Promise<User> {
    const user = await prisma.user.findUnique({ where: { id } });
    if (user === null) throw new AppError('NOT_FOUND');
    return user;
  }

  return {
    async create(actor: Actor, input: PersonInput): Promise<PersonOutcome> {
      const read = readFields(input);
      if ('outcome' in read) return read;
      // The input has all fields.
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
      // A field that does not change is not checked: an old row may hold a value that is no longer allowed.
      const read = readFields(Object.fromEntries(Object.entries(input).filter(differs)));
      if ('outcome' in read) return read;
      const data: Partial<PersonInput> = Object.fromEntries(Object.entries(read.fields).filter(differs));
      return changePerson(services, actor, { id, version }, (before) => {
        if (Object.keys(data).length === 0) return null;
        // Another platform id is another person: clear the platform's data of the former one.
        const former = 'dingUserId' in data && before.dingUserId !== null ? forgetPerson : {};
        const left = typeof data.dingUserId === 'string' ? { leftAt: null } : {};
        return { action: 'person.edited', data: { ...former, ...left, ...data } };
      });
    },

    /** The person must bind again. A 超级高管 cannot bind: an administrator must enter a new id. */
    unbind: (actor: Actor, seen: { id: string; version: string }) =>
      changePerson(services, actor, seen, ({ dingUserId }) =>
        dingUserId === null
          ? null
          : { action: 'person.unbound', data: { dingUserId: null, ...forgetPerson } },
      ),

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

    /** Writes an entry to the audit log, then returns the full mobile number. */
    async revealMobile(actor: Actor, id: string): Promise<string | null> {
      const { mobile } = await nameOf(id);
      if (mobile === null) return null;
      const event = { action: 'mobile.revealed', actorId: actor.user.id, subject: `user:${id}` } as const;
      await recordAudit(prisma, event, actor.address);
      return mobile;
    },
  };
}

/**
 * Clears the platform's data of the bound person. `leftAt` stays until the account gets another person: unbinding must
 * not let an administrator who has left sign in again.
 */
const forgetPerson = { unionId: null, employeeCode: null, boundAt: null, boundBy: null } as const;
