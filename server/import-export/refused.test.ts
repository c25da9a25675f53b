import { bearer, expectFault, get, post } from '../testing/http.ts';
import { csvOf, previewOf, startOf, upload } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';

const pages = prepareImport();
const { everything, resultOf } = pages;

describe('an import is refused', () => {
  const rows = [
    ['用户名', '姓名'],
    ['late', '迟'],
  ];

  test('for a file or people that changed after the preview', async () => {
    const bytes = csvOf(rows);
    const { token } = await previewOf(pages.server, bytes, pages.admin);
    const changed = csvOf([...rows, ['later', '更迟']]);
    const before = await everything();
    expect(await startOf(pages.server, changed, pages.admin, { token: token ?? '' })).toMatchObject({
      outcome: 'changed-meanwhile',
      preview: { created: 2 },
    });
    expect(await startOf(pages.server, bytes, pages.admin, { token: 'x' })).toMatchObject({
      outcome: 'changed-meanwhile',
    });
    const generating = { token: token ?? '', generatePasswords: 'true' };
    expect(await startOf(pages.server, bytes, pages.admin, generating)).toMatchObject({
      outcome: 'changed-meanwhile',
    });
    expect(await everything()).toEqual(before);

    await pages.server.prisma.user.create({ data: { username: 'late', name: '先来的' } });
    const outcome = await startOf(pages.server, bytes, pages.admin, { token: token ?? '' });
    expect(outcome).toMatchObject({ outcome: 'changed-meanwhile', preview: { created: 0, changed: 1 } });
    // It would still be a change, but not the previewed one.
    const again = await previewOf(pages.server, bytes, pages.admin);
    await pages.server.prisma.user.update({ where: { username: 'late' }, data: { name: '又改了' } });
    expect(await startOf(pages.server, bytes, pages.admin, { token: again.token ?? '' })).toMatchObject({
      outcome: 'changed-meanwhile',
    });
  });

  test('for another person’s preview', async () => {
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'ADMIN' } });
    const other = await pages.server.tokenOf('chenguang');
    const bytes = csvOf([
      ['用户名', '姓名'],
      ['else', '别'],
    ]);
    const { token } = await previewOf(pages.server, bytes, other);
    expect(await startOf(pages.server, bytes, pages.admin, { token: token ?? '' })).toMatchObject({
      outcome: 'changed-meanwhile',
    });
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'USER' } });
  });

  test.each([
    ['application/json', '{}'],
    ['text/plain', 'x'],
    ['application/octet-stream', 'x'],
    ['application/x-www-form-urlencoded', 'x=1'],
  ])('for %s', async (type, payload) => {
    for (const step of ['preview', 'start?token=x']) {
      const response = await pages.server.app.inject({
        method: 'POST',
        url: `/api/admin/import/${step}`,
        payload,
        headers: { 'content-type': type, ...bearer(pages.admin) },
      });
      expectFault(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  test('without a file, and CSV is refused on other routes', async () => {
    const nothing = {
      method: 'POST',
      url: '/api/admin/import/preview',
      headers: bearer(pages.admin),
    } as const;
    expectFault(await pages.server.app.inject(nothing), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const elsewhere = await pages.server.app.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: '用户名',
      headers: { 'content-type': 'text/csv' },
    });
    expectFault(elsewhere, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  test('for a file that is too large', async () => {
    const response = await upload(
      pages.server,
      'preview',
      Buffer.alloc(10 * 1024 * 1024 + 1, 'x'),
      pages.admin,
    );
    expectFault(response, 413, 'PAYLOAD_TOO_LARGE');
  });

  test('for another site’s page with the cookie', async () => {
    const { cookie } = await h5Cookie();
    const headers = { 'content-type': 'text/csv', cookie };
    const url = '/api/admin/import/preview';
    const own = { ...headers, 'sec-fetch-site': 'same-origin' };
    expect(
      (await pages.server.app.inject({ method: 'POST', url, payload: csvOf(rows), headers: own })).statusCode,
    ).toBe(200);
    const cross = { ...headers, 'sec-fetch-site': 'cross-site' };
    expectFault(
      await pages.server.app.inject({ method: 'POST', url, payload: csvOf(rows), headers: cross }),
      403,
      'FORBIDDEN',
    );
  });

  async function h5Cookie() {
    const response = await post(pages.server, '/api/auth/login', {
      authCode: pages.server.code('admin'),
      client: 'h5',
    });
    return { cookie: String(response.headers['set-cookie']).split(';', 1)[0] ?? '' };
  }

  test('and an unknown job is not found', async () => {
    const id = '019ab000-0000-7000-8000-000000000000';
    expectFault(await get(pages.server, `/api/admin/import/jobs/${id}`, pages.admin), 404, 'NOT_FOUND');
    expect((await resultOf(id)).status).toBe(404);
    expectFault(await get(pages.server, '/api/admin/import/jobs/1', pages.admin), 400, 'INVALID_REQUEST');
  });
});
