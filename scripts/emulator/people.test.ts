import { createSeededDatabase } from '../../server/testing/database.ts';
import { people } from './people.ts';

test('everybody of the emulated organisation meets the account that the seed gave them', async () => {
  const database = await createSeededDatabase();
  try {
    const seeded = await database.prisma.user.findMany({ orderBy: { dingUserId: 'asc' } });
    const states = { bound: 'ACTIVE', unbound: 'ACTIVE', disabled: 'DISABLED' };
    const expected = people.flatMap(({ account, key, ...person }) =>
      account === 'none'
        ? []
        : {
            username: key,
            name: person.name,
            mobile: person.mobile,
            department: person.department,
            isSuperExecutive: person.isSuperExecutive,
            status: states[account],
            ...(account === 'unbound'
              ? { dingUserId: null, unionId: null, employeeCode: null }
              : { dingUserId: person.id, unionId: person.unionId, employeeCode: person.employeeCode }),
          },
    );
    expect(seeded).toHaveLength(expected.length);
    expect(seeded).toEqual(expect.arrayContaining(expected.map((row) => expect.objectContaining(row))));
  } finally {
    await database.close();
  }
});
