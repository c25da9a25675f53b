import type { PersonInput, PersonOutcome } from '../contract/people.ts';
import { bearer, expectFault, get, post } from '../testing/http.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { act, audit, deed, live, newEntries, person, seen } = pages;

const input: PersonInput = {
  username: 'wangwu',
  name: '王五',
  department: '规划处',
  mobile: '13900001234',
  role: 'USER',
  dingUserId: null,
  employeeCode: null,
  isSuperExecutive: false,
};

describe('adding a person', () => {
  test('writes the account, and its values to the audit log, without the full mobile number', async () => {
    const response = await post(pages.server, '/api/admin/people', input, bearer(pages.admin));
    const outcome = response.json<Extract<PersonOutcome, { outcome: 'saved' }>>();
    expect(outcome).toMatchObject({
      outcome: 'saved',
      person: {
        username: 'wangwu',
        mobile: '139****1234',
        binding: 'unbound',
        password: 'none',
        sessions: [],
      },
    });
    expect(await person('wangwu')).toMatchObject({ ...input, passwordHash: null, status: 'ACTIVE' });
    expect(await audit('person.created')).toEqual([
      {
        actorId: pages.adminId,
        subject: `user:${outcome.person.id}`,
        address: '127.0.0.1',
        detail: { after: { username: 'wangwu', name: '王五', department: '规划处', mobile: '139****1234' } },
      },
    ]);
  });

  test('tidies the typed values', async () => {
    const typed = {
      ...input,
      username: ' wangwu ',
      name: '王五 ',
      department: ' ',
      mobile: '+86 139 0000-1234',
    };
    await post(pages.server, '/api/admin/people', typed, bearer(pages.admin));
    expect(await person('wangwu')).toMatchObject({ name: '王五', department: null, mobile: '13900001234' });
  });

  test('with a platform id, the first sign-in by it binds the account', async () => {
    await post(pages.server, '/api/admin/people', { ...input, dingUserId: '270103' }, bearer(pages.admin));
    expect(await seen('wangwu')).toMatchObject({ binding: 'expected', boundAt: null });
    expect(await pages.server.login('wangwu')).toMatchObject({
      outcome: 'signed-in',
      user: { username: 'wangwu' },
    });
    expect(await seen('wangwu')).toMatchObject({ binding: 'bound', boundBy: 'PLATFORM_ID' });
  });

  test.each([
    ['username', { username: 'lisi' }],
    ['mobile', { mobile: '13900007777' }],
    ['dingUserId', { dingUserId: '270101' }],
  ])('names the person who has the same %s', async (field, change) => {
    await pages.server.prisma.user.update({ where: { username: 'lisi' }, data: { mobile: '13900007777' } });
    const before = await pages.server.prisma.auditLog.count();
    const response = await post(
      pages.server,
      '/api/admin/people',
      { ...input, ...change },
      bearer(pages.admin),
    );
    expect(response.json()).toEqual({ outcome: 'taken', field });
    expect(await pages.server.prisma.auditLog.count()).toBe(before);
  });

  test.each([
    ['username', { username: '' }],
    ['username', { username: 'wang wu' }],
    ['username', { username: 'w'.repeat(65) }],
    ['name', { name: '  ' }],
    ['name', { name: '王\u200b五' }],
    ['mobile', { mobile: '1390000' }],
    ['mobile', { mobile: '139****1234' }],
    ['department', { department: '处'.repeat(129) }],
    ['username', { username: 'jos\u00e9' }],
    ['dingUserId', { dingUserId: '2701 03' }],
    ['dingUserId', { dingUserId: '270103,270104' }],
    ['employeeCode', { employeeCode: 'G'.repeat(65) }],
  ])('says what is wrong with %s: %j', async (field, change) => {
    const response = await post(
      pages.server,
      '/api/admin/people',
      { ...input, ...change },
      bearer(pages.admin),
    );
    expect(response.json()).toEqual({
      outcome: 'invalid',
      problems: [{ field, message: expect.stringMatching(/^\D.+。$/) }],
    });
  });

  test('names all wrong fields at once', async () => {
    const wrong = { ...input, username: 'a b', name: '', mobile: '1' };
    const response = await post(pages.server, '/api/admin/people', wrong, bearer(pages.admin));
    const { problems } = response.json<{ problems: { field: string }[] }>();
    expect(problems.map(({ field }) => field)).toEqual(['username', 'name', 'mobile']);
  });
});

describe('editing a person', () => {
  test('changes the given fields, and the audit log has the values before and after', async () => {
    const { id } = await person('lisi');
    await pages.server.prisma.user.update({ where: { id }, data: { mobile: '13900000001' } });
    const outcome = await deed('lisi', 'edit', { name: '李思', mobile: '13900000002', department: null });
    expect(outcome).toMatchObject({ outcome: 'saved', person: { name: '李思', department: null } });
    expect(await person('lisi')).toMatchObject({ name: '李思', mobile: '13900000002', role: 'USER' });
    expect(await audit('person.edited')).toEqual([
      {
        actorId: pages.adminId,
        subject: `user:${id}`,
        address: '127.0.0.1',
        detail: {
          before: { name: '李四', mobile: '139****0001', department: '综合处' },
          after: { name: '李思', mobile: '139****0002', department: null },
        },
      },
    ]);
  });

  test('without a difference writes nothing', async () => {
    const { version } = await seen('lisi');
    const outcome = await deed('lisi', 'edit', { name: '李四' });
    expect(outcome).toMatchObject({ outcome: 'saved', person: { version } });
    expect(await audit('person.edited')).toEqual([]);
  });

  test('of two administrators who edit one version the second is told, and shown the present values', async () => {
    const { id, version } = await seen('lisi');
    const both = await Promise.all(
      ['甲', '乙'].map((department) => act(`${id}/edit`, { version, department })),
    );
    const outcomes = both.map((response) => response.json<PersonOutcome>());
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'saved']);
    const { department } = await person('lisi');
    for (const one of outcomes) expect(one).toMatchObject({ person: { department } });
    expect(await audit('person.edited')).toHaveLength(1);
    // With the shown version the change succeeds.
    expect(await deed('lisi', 'edit', { department: '丙' })).toMatchObject({ outcome: 'saved' });
  });

  test('names the field that another person has', async () => {
    expect(await deed('lisi', 'edit', { username: 'zhangsan' })).toEqual({
      outcome: 'taken',
      field: 'username',
    });
    expect(await deed('lisi', 'edit', { dingUserId: '270101' })).toEqual({
      outcome: 'taken',
      field: 'dingUserId',
    });
    const { mobile } = await person('zhangsan');
    await pages.server.prisma.user.update({
      where: { username: 'zhangsan' },
      data: { mobile: '13900007777' },
    });
    expect(mobile).not.toBeNull();
    expect(await deed('lisi', 'edit', { mobile: '13900007777' })).toEqual({
      outcome: 'taken',
      field: 'mobile',
    });
    expect(await deed('lisi', 'edit', { mobile: '1' })).toMatchObject({
      outcome: 'invalid',
      problems: [{ field: 'mobile' }],
    });
    expect(await audit('person.edited')).toEqual([]);
  });

  test('an old value that is no longer allowed stays until somebody changes it', async () => {
    const before = { username: 'jos\u00e9', dingUserId: '270102,270103' };
    await pages.server.prisma.user.update({ where: { username: 'lisi' }, data: before });
    expect(await deed(before.username, 'edit', { ...before, name: '李四四' })).toMatchObject({
      outcome: 'saved',
      person: { ...before, name: '李四四' },
    });
    expect(await deed(before.username, 'edit', { dingUserId: '270102，270103,1' })).toEqual({
      outcome: 'invalid',
      problems: [{ field: 'dingUserId', message: '不能含逗号。' }],
    });
    expect(await deed(before.username, 'edit', { username: 'lisi', dingUserId: null })).toMatchObject({
      outcome: 'saved',
    });
  });

  test('another platform id ends the sessions and clears what was known of the former person', async () => {
    const token = await pages.server.tokenOf('zhangsan');
    await deed('zhangsan', 'edit', { dingUserId: '270103' });
    expect(await live(token)).toBe(false);
    expect(await person('zhangsan')).toMatchObject({
      boundAt: null,
      boundBy: null,
      unionId: null,
      employeeCode: null,
    });
    expect(await pages.server.login('wangwu')).toMatchObject({
      outcome: 'signed-in',
      user: { username: 'zhangsan' },
    });
  });

  test('with another platform id the account no longer counts as left', async () => {
    const leftAt = new Date();
    await pages.server.prisma.user.update({ where: { username: 'zhangsan' }, data: { leftAt } });
    // Without another person the account still counts as left.
    await deed('zhangsan', 'unbind');
    expect(await seen('zhangsan')).toMatchObject({ leftAt: leftAt.toISOString() });
    await deed('zhangsan', 'edit', { department: '别的处' });
    expect(await seen('zhangsan')).toMatchObject({ leftAt: leftAt.toISOString() });
    const before = await newEntries('person.edited');
    await deed('zhangsan', 'edit', { dingUserId: '270103' });
    expect(await seen('zhangsan')).toMatchObject({ leftAt: null, dingUserId: '270103' });
    expect((await newEntries('person.edited')).at(before.length)?.detail).toMatchObject({
      before: { leftAt: leftAt.toISOString() },
      after: { leftAt: null },
    });

    await pages.server.prisma.user.update({
      where: { username: 'lisi' },
      data: { dingUserId: 'l-1', leftAt },
    });
    await deed('lisi', 'edit', { dingUserId: 'l-2' });
    expect(await seen('lisi')).toMatchObject({ leftAt: null, dingUserId: 'l-2' });
  });

  test('a new role counts at the next request', async () => {
    const token = await pages.server.tokenOf('zhangsan');
    expectFault(await get(pages.server, '/api/admin/people', token), 403, 'FORBIDDEN');
    await deed('zhangsan', 'edit', { role: 'AUDITOR' });
    expect((await get(pages.server, '/api/admin/people', token)).statusCode).toBe(200);
  });
});
