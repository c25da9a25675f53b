import argon2 from '@node-rs/argon2';
import { development } from '../config/constants.ts';
import { createSeededDatabase, type TestDatabase } from '../testing/database.ts';
import { localCredentials } from './credentials.ts';
import { createPasswords } from './passwords.ts';

/** Spies on the library. */
const hash = vi.spyOn(argon2, 'hash');
const verify = vi.spyOn(argon2, 'verify');

const { password } = development;
const passwords = createPasswords([]);
let database: TestDatabase;

beforeAll(async () => {
  database = await createSeededDatabase();
  // The tests' own accounts have cheap hashes.
  const passwordHash = await passwords.hash(password);
  await database.prisma.user.update({ where: { username: 'lisi' }, data: { passwordHash } });
  await database.prisma.user.create({ data: { username: 'no-password', name: '无密码' } });
  // The first verification of a process also makes the hash for unknown user names.
  await localCredentials(database.prisma, passwords).verify('nobody', 'anything');
});
afterAll(() => database.close());

test.each([
  ['a wrong password', 'lisi', 'not-the-password', null],
  ['a user name that nobody has', 'no-such-account', 'not-the-password', null],
  ['an account without a password', 'no-password', 'not-the-password', null],
  ['the right password', 'lisi', password, 'lisi'],
])('%s costs one verification, which takes as long as any other', async (_, username, typed, expected) => {
  hash.mockClear();
  verify.mockClear();
  const user = await localCredentials(database.prisma, passwords).verify(username, typed);
  expect(user?.username ?? null).toBe(expected);
  expect(hash).not.toHaveBeenCalled();
  expect(verify).toHaveBeenCalledTimes(1);
  expect(verify.mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(verify.mock.calls[0]?.[1]).toBe(typed);
});
