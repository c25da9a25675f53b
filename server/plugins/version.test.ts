import { type Built, build } from '../testing/build.ts';

describe('with a minimum version', () => {
  let built: Built;
  beforeAll(async () => {
    built = await build({ env: { MINI_MINIMUM_VERSION: '1.2.0' } });
  });
  afterAll(() => built.close());

  const headers = (version: string | null) => (version === null ? {} : { 'x-mini-version': version });
  const login = (person: string, version: string | null) =>
    built.app.inject({
      method: 'POST',
      url: '/api/auth/login',
      headers: headers(version),
      payload: { authCode: built.code(person) },
    });

  test.each([
    ['zhangsan', 'signed-in'],
    ['lisi', 'bind-required'],
    ['zhaoliu', 'no-permission'],
  ])('an older one of %s is asked to update with its outcome: %s', async (person, outcome) => {
    const answer = await login(person, '1.1.9');
    expect(answer.json()).toMatchObject({ outcome, update: 'required' });
    expect(answer.headers['x-mini-update']).toBe('required');
  });

  test.each([['1.2.0'], ['1.10.0'], ['2.0.0'], [null], ['newest'], ['1.1'], ['']])(
    'version %s is asked for nothing',
    async (version) => {
      const answer = await login('zhangsan', version);
      expect(answer.json()).toMatchObject({ outcome: 'signed-in' });
      expect(answer.json()).not.toHaveProperty('update');
      expect(answer.headers).not.toHaveProperty('x-mini-update');
    },
  );

  test('every answer says so by its header, a fault too, and all of them work', async () => {
    const authorization = `Bearer ${await built.tokenOf('zhangsan')}`;
    const get = (url: string, more = {}) =>
      built.app.inject({ url, headers: { ...headers('1.0.0'), ...more } });
    const me = await get('/api/me', { authorization });
    expect(me.json()).toMatchObject({ user: { username: 'zhangsan' }, update: 'required' });
    const sessions = await get('/api/me/sessions', { authorization });
    expect([sessions.statusCode, sessions.headers['x-mini-update']]).toEqual([200, 'required']);
    const fault = await get('/api/me');
    expect([fault.statusCode, fault.headers['x-mini-update']]).toEqual([401, 'required']);
  });
});

test('without a minimum nobody is asked', async () => {
  const built = await build();
  const answer = await built.app.inject({
    method: 'POST',
    url: '/api/auth/login',
    headers: { 'x-mini-version': '0.0.1' },
    payload: { authCode: built.code('zhangsan') },
  });
  expect(answer.json()).not.toHaveProperty('update');
  expect(answer.headers).not.toHaveProperty('x-mini-update');
  await built.close();
});
