import { development } from '../config/constants.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, post } from '../testing/http.ts';
import { createPasswords } from './passwords.ts';

/** The seed's password never matches in production, so nobody may set it. */

const { password } = development;
const oneTime = 'kettle-orbit-4417';
let server: Built;

beforeAll(async () => {
  server = await build({ auth: { forbiddenPasswords: [password] } });
});
afterAll(() => server?.close());

const refused = { outcome: 'password-rejected', reason: 'TOO_COMMON' };

test.each([password, 'ｄev-pass-2026'])('nobody can change a password to %s', async (newPassword) => {
  const token = await server.tokenOf('zhangsan');
  const body = { currentPassword: oneTime, newPassword };
  expect((await post(server, '/api/me/password', body, bearer(token))).json()).toEqual(refused);
});

test('nobody can replace a one-time password by it', async () => {
  const passwordHash = await createPasswords([]).hash(oneTime);
  await server.prisma.user.update({
    where: { username: 'admin' },
    data: { passwordHash, mustChangePassword: true },
  });
  const asked = { username: 'admin', password: oneTime };
  const { ticket } = (await post(server, '/api/auth/console/sign-in', asked)).json();
  const set = (newPassword: string) =>
    post(server, '/api/auth/console/password', { ticket: ticket.token, newPassword });
  expect((await set(password)).json()).toEqual(refused);
  expect((await set('marmalade-lighthouse-7')).json()).toMatchObject({ outcome: 'signed-in' });
});
