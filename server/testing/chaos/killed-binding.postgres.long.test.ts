import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { hashSecret } from '../../auth/secrets.ts';
import { createTickets } from '../../auth/tickets.ts';
import { development } from '../../config/constants.ts';
import { type Answer, call, signInWith, tokenIn } from '../client.ts';
import { prepareProcesses, type ServerProcess } from '../processes.ts';

/** Processes that really die, by SIGKILL, in the middle of bindings. */

const kills = 10;
/** People of one round, each with an account and a ticket of their own. */
const perRound = 12;
/** At a time: bindings are at different places when the process dies. */
const atOnce = 4;
const { password } = development;

interface Person {
  username: string;
  dingUserId: string;
  ticket: string;
}

const here = prepareProcesses({ DATABASE_TIMEOUT_MS: '20000' });

beforeAll(slowDown);

/** Makes every write of a binding take its time, so that a process dies between them and not beside them. */
async function slowDown(): Promise<void> {
  await here.database.prisma.$executeRawUnsafe(`
    CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.04); RETURN NEW; END $$`);
  const writes = ['UPDATE ON users', 'UPDATE ON bind_tickets', 'INSERT ON sessions', 'INSERT ON audit_log'];
  for (const write of writes) {
    await here.database.prisma.$executeRawUnsafe(
      `CREATE TRIGGER takes_time AFTER ${write} FOR EACH ROW EXECUTE FUNCTION take_time()`,
    );
  }
}

/** People who have signed in, have no account yet, and hold a ticket. */
async function people(round: number): Promise<Person[]> {
  const { prisma } = here.database;
  const tickets = createTickets(prisma, Date.now);
  const { passwordHash } = await prisma.user.findUniqueOrThrow({ where: { username: 'lisi' } });
  return Promise.all(
    Array.from({ length: perRound }, async (_, at) => {
      const username = `person-${round}-${at}`;
      const dingUserId = `9${String(round).padStart(3, '0')}${String(at).padStart(3, '0')}`;
      await prisma.user.create({ data: { username, name: username, passwordHash } });
      const person = { id: dingUserId, unionId: null, employeeCode: null, name: username, mobile: null };
      const { token } = await tickets.issue(person, 'mini');
      return { username, dingUserId, ticket: token };
    }),
  );
}

const bind = (server: ServerProcess, { ticket, username }: Person) =>
  call(`${server.url}/api/auth/bind`, { body: { ticket, username, password } });

/** Binds all of them. @returns the answers that came; null where the process died first. */
async function bindAll(server: ServerProcess, group: Person[]): Promise<(Answer | null)[]> {
  const answers: (Answer | null)[] = group.map(() => null);
  const waiting = [...group.keys()];
  const one = async () => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const person = group[at];
      if (person !== undefined) answers[at] = await bind(server, person).catch(() => null);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return answers;
}

/** Everything that a binding writes, as it stands at one moment. */
function traces({ username, dingUserId, ticket }: Person): Promise<Record<string, boolean>> {
  return here.database.prisma.$transaction(
    async (tx) => {
      const user = await tx.user.findUniqueOrThrow({ where: { username }, include: { sessions: true } });
      const row = await tx.bindTicket.findUniqueOrThrow({ where: { tokenHash: hashSecret(ticket) } });
      const audit = await tx.auditLog.findMany({ where: { actorId: user.id } });
      return {
        person: user.dingUserId === dingUserId,
        when: user.boundAt !== null,
        how: user.boundBy === 'PASSWORD',
        ticketUsed: row.consumedAt !== null,
        bindingNoted: audit.filter(({ action }) => action === 'account.bound').length === 1,
        session: user.sessions.length === 1,
        signInNoted: audit.filter(({ action }) => action === 'sign-in').length === 1,
      };
    },
    { isolationLevel: 'RepeatableRead' },
  );
}

const all = (value: boolean) => ({
  person: value,
  when: value,
  how: value,
  ticketUsed: value,
  bindingNoted: value,
  session: value,
  signInNoted: value,
});

test('killed at ten random points of a binding run: every account is bound wholly or not at all', async () => {
  const lost: Person[] = [];
  let answered = 0;
  let next = here.start();
  for (let round = 0; round < kills; round += 1) {
    const [server, group] = await Promise.all([next, people(round)]);
    const running = bindAll(server, group);
    // Some rounds die in their first bindings, others in their last.
    await delay(randomInt(20, 900));
    await server.kill();
    next = here.start();
    const answers = await running;
    for (const [at, person] of group.entries()) {
      const answer = answers[at] ?? null;
      const found = await traces(person);
      // Committed before it is answered: what was acknowledged is there.
      if (answer !== null) expect(tokenIn(answer)).not.toBeNull();
      expect(found).toEqual(all(answer !== null || found.person === true));
      if (answer === null) lost.push(person);
      else answered += 1;
    }
  }
  expect(lost.length).toBeGreaterThan(0);
  expect(answered + lost.length).toBe(kills * perRound);

  // A process that starts on what is left lets every one of them go on: with the ticket that they hold, or,
  // where the binding was through already, without it.
  const server = await next;
  const later = await bindAll(server, lost);
  for (const [at, person] of lost.entries()) {
    const answer = later[at];
    if (answer === undefined || answer === null) throw new Error(`${person.username} got no answer`);
    if (tokenIn(answer) === null) {
      expect(answer).toMatchObject({ status: 200, body: { reason: 'TICKET_EXPIRED' } });
    }
    expect(await traces(person)).toEqual(all(true));
  }
  expect(await here.database.prisma.lockout.count({ where: { lockedUntil: { not: null } } })).toBe(0);
}, 240_000);

test('a person whose binding was cut off signs in again as if nothing had happened', async () => {
  const server = await here.start();
  const login = await signInWith(server.url, here.code('lisi'));
  expect(login.body).toMatchObject({ outcome: 'bind-required' });
  const { token } = login.body.ticket as { token: string };
  const body = { ticket: token, username: 'lisi', password };
  const cut = call(`${server.url}/api/auth/bind`, { body }).catch(() => null);
  await delay(randomInt(20, 400));
  await server.kill();
  await cut;

  const after = await here.start();
  const again = await signInWith(after.url, here.code('lisi'));
  const bound =
    again.body.outcome === 'bind-required'
      ? await call(`${after.url}/api/auth/bind`, {
          body: { ...body, ticket: (again.body.ticket as { token: string }).token },
        })
      : again;
  const session = tokenIn(bound);
  expect(session).not.toBeNull();
  const me = await call(`${after.url}/api/me`, { token: session ?? '' });
  expect(me).toMatchObject({ status: 200, body: { user: { username: 'lisi' } } });
}, 120_000);
