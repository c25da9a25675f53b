import { datedBack, prepareAudit } from '../testing/audit.ts';
import { build } from '../testing/build.ts';
import { purgeAuditLog } from './retention.ts';

const day = 24 * 3_600_000;
const pages = prepareAudit();
const { search, write } = pages;

describe('the audit log is kept', () => {
  test('nobody changes an entry, or deletes one that is younger than 180 days by the database’s clock', async () => {
    const { prisma } = pages.server;
    const young = await write({ action: 'sign-out', ago: 179.9 * day });
    const old = await write({ action: 'sign-out', ago: 180.1 * day });
    // The application's clock is not asked.
    pages.server.advance(400 * day);
    for (const statement of [
      prisma.auditLog.delete({ where: { id: young } }),
      prisma.auditLog.deleteMany({ where: { id: { in: [young, old] } } }),
      prisma.auditLog.update({ where: { id: old }, data: { at: new Date(0) } }),
      prisma.auditLog.updateMany({ where: { id: young }, data: { detail: {} } }),
      prisma.$executeRaw`INSERT INTO audit_log (id, action) VALUES (${young}::uuid, 'x') ON CONFLICT (id) DO UPDATE SET action = 'x'`,
      prisma.$executeRaw`SET search_path = pg_temp; DELETE FROM public.audit_log`,
      prisma.$executeRaw`TRUNCATE audit_log`,
    ]) {
      await expect(statement).rejects.toThrow();
    }
    pages.server.advance(-400 * day);
    expect(await prisma.auditLog.count({ where: { id: { in: [young, old] } } })).toBe(2);
    await prisma.auditLog.delete({ where: { id: old } });
    expect(await prisma.auditLog.count({ where: { id: { in: [young, old] } } })).toBe(1);
  });

  test('an entry has the time of the database, not of the writer', async () => {
    const { prisma } = pages.server;
    const [clock] = await prisma.$queryRaw<
      { now: Date }[]
    >`SELECT date_trunc('milliseconds', clock_timestamp()) AS now`;
    const from = clock?.now.getTime() ?? Number.NaN;
    for (const at of [new Date(0), new Date(Date.now() + 1000 * day)]) {
      const { id } = await prisma.auditLog.create({ data: { action: 'sign-out', at } });
      const written = await prisma.auditLog.findUniqueOrThrow({ where: { id } });
      expect(written.at.getTime() - from).toBeGreaterThanOrEqual(0);
      expect(written.at.getTime() - from).toBeLessThan(60_000);
      await expect(prisma.auditLog.delete({ where: { id } })).rejects.toThrow();
    }
  });

  test('entries older than configured are deleted, and the deletion is recorded', async () => {
    const { prisma, database } = pages.server;
    const kept = await write({ action: 'sign-out', ago: 364.9 * day });
    const rows = Array.from({ length: 7 }, () => ({
      action: 'sign-in',
      at: new Date(Date.now() - 365.1 * day),
    }));
    await datedBack(prisma, (tx) => tx.auditLog.createMany({ data: rows }));
    const before = await prisma.auditLog.count();
    expect(await purgeAuditLog(database, 365)).toBe(7);
    expect(await prisma.auditLog.count()).toBe(before - 7 + 1);
    expect(await prisma.auditLog.count({ where: { id: kept } })).toBe(1);
    const { items } = await search({ action: 'audit.purged' });
    expect(items).toMatchObject([
      { actor: null, address: null, facts: [{ name: '行数', value: '7' }, { name: '早于' }] },
    ]);
    expect(await purgeAuditLog(database, 365)).toBe(0);
    expect((await search({ action: 'audit.purged' })).items).toHaveLength(1);
  });

  test('a wrongly configured purge deletes nothing younger than 180 days', async () => {
    const id = await write({ action: 'sign-out', ago: 100 * day });
    await expect(purgeAuditLog(pages.server.database, 90)).rejects.toThrow();
    expect(await pages.server.prisma.auditLog.count({ where: { id } })).toBe(1);
  });

  test('less than 180 days cannot be configured', async () => {
    await expect(build({ env: { AUDIT_RETENTION_DAYS: '179' } })).rejects.toThrow(
      /AUDIT_RETENTION_DAYS.*180/s,
    );
  });
});
