import { timeOrderedUuid } from './uuid.ts';

test('a new id is of version 7, begins with its time, and is unique', () => {
  const now = Date.parse('2026-11-24T08:00:00.123Z');
  const ids = Array.from({ length: 1000 }, () => timeOrderedUuid(now));
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(timeOrderedUuid(now + 1) > timeOrderedUuid(now)).toBe(true);
});
