import { development } from '../config/constants.ts';
import type { HistoryPage } from '../contract/people.ts';
import { expectFault, get, ticketOf } from '../testing/http.ts';
import { preparePeople } from '../testing/people.ts';

const pages = preparePeople();
const { deed, person } = pages;

test('the history lists what a person did and what was done to them, page by page, in words', async () => {
  const ticket = await ticketOf(pages.server, 'lisi');
  await pages.server.bind({ ticket, username: 'lisi', password: 'wrong' });
  await pages.server.bind({ ticket, username: 'lisi', password: development.password });
  await deed('lisi', 'edit', { department: '新的处' });
  const { id } = await person('lisi');
  const url = `/api/admin/people/${id}/history`;
  const whole = (await get(pages.server, url, pages.admin)).json<HistoryPage>();
  const actions = whole.items.map(({ action }) => action);
  // Entries of one transaction have no order.
  expect([actions[0], actions.slice(1, 3).sort(), actions.slice(3)]).toEqual([
    'person.edited',
    ['account.bound', 'sign-in'],
    ['bind.refused'],
  ]);
  expect(whole.items[0]).toMatchObject({
    actionName: '修改人员',
    actor: { username: 'admin' },
    changes: [{ field: '部门', before: '综合处', after: '新的处' }],
  });
  const read: string[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: HistoryPage = (
      await get(pages.server, `${url}?limit=1${more}`, pages.admin)
    ).json<HistoryPage>();
    read.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(read).toEqual(whole.items.map((item) => item.id));
  expectFault(await get(pages.server, `${url}?cursor=x`, pages.admin), 400, 'INVALID_REQUEST');
});
