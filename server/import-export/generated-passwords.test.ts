import { createSealing } from '../database/sealing.ts';
import { get } from '../testing/http.ts';
import { prepareImport } from '../testing/import-pages.ts';
import { takeResult } from './result.ts';

const pages = prepareImport();
const { person, preview, run, resultOf, passwordsGone } = pages;

describe('generated passwords', () => {
  const rows = [
    ['用户名', '姓名', '平台账号 id', '初始密码'],
    ['gen1', '甲', '', ''],
    ['gen2', '乙', 'p-gen2', ''],
    ['gen3', '丙', '', 'kettle-orbit-4417'],
  ];

  test('are for new people without a platform id, are in the result once, work once, and are stored nowhere else', async () => {
    const shown = await preview(rows, { generatePasswords: 'true' });
    expect(shown.passwords).toEqual({ given: 1, generated: 1, unused: 0 });
    const job = await run(rows, { generatePasswords: 'true' });
    expect(job.result).toBe('with-passwords');
    const stored = JSON.stringify(await pages.server.prisma.importJob.findMany());

    const { lines } = await resultOf(job.id);
    expect(lines[0]).toBe('行号,用户名,姓名,结果,改动的内容,初始密码');
    const password = lines[1]?.split(',')[5] ?? '';
    expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    expect(lines.slice(2).map((line) => line.split(',')[5])).toEqual(['', '']);
    const gen1 = await person('gen1');
    expect(await pages.server.app.accounts.passwords.matches(gen1?.passwordHash ?? null, password)).toBe(
      true,
    );
    expect(gen1).toMatchObject({ mustChangePassword: true, passwordExpiresAt: expect.any(Date) });

    await passwordsGone(job.id);
    expect((await resultOf(job.id)).lines[1]).toBe('2,gen1,甲,新增,');
    expect((await get(pages.server, `/api/admin/import/jobs/${job.id}`, pages.admin)).json()).toMatchObject({
      result: 'without-passwords',
    });
    const audit = await pages.server.prisma.auditLog.findMany();
    expect(audit).toContainEqual(
      expect.objectContaining({
        action: 'import.passwords-read',
        actorId: pages.adminId,
        subject: `import:${job.id}`,
        detail: { passwords: 1 },
      }),
    );
    expect(stored + JSON.stringify([audit, pages.server.logs()])).not.toContain(password);
    expect(JSON.stringify([audit, pages.server.logs()])).not.toContain('kettle-orbit');
  });

  test('are in one download at a time, and are kept if it is interrupted', async () => {
    const rows = [
      ['用户名', '姓名'],
      ['gen7', '庚'],
    ];
    const { id } = await run(rows, { generatePasswords: 'true' });
    const { prisma, app } = pages.server;
    const asking = { id: pages.adminId, address: '10.0.0.1' };
    const take = () => takeResult(prisma, createSealing(app.config.secretKey), id, asking);
    const [first, second] = [await take(), await take()];
    expect([first, second].map((one) => one?.table.head.includes('初始密码'))).toEqual([true, false]);
    await first?.handedOver(false);
    expect((await take())?.table.head).toContain('初始密码');
  });

  test('are not for another administrator, and expire', async () => {
    const job = await run(
      [
        ['用户名', '姓名'],
        ['gen4', '丁'],
      ],
      { generatePasswords: 'true' },
    );
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'ADMIN' } });
    const other = await pages.server.tokenOf('chenguang');
    const view = (await get(pages.server, `/api/admin/import/jobs/${job.id}`, other)).json();
    expect(view).toMatchObject({ by: '管理员', result: 'without-passwords' });
    expect((await resultOf(job.id, other)).lines).toEqual([
      '行号,用户名,姓名,结果,改动的内容',
      '2,gen4,丁,新增,',
    ]);
    await pages.server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'USER' } });

    // A day later the next import sweeps them.
    const finishedAt = new Date(Date.now() - 25 * 3_600_000);
    await pages.server.prisma.importJob.update({ where: { id: job.id }, data: { finishedAt } });
    await run([
      ['用户名', '姓名'],
      ['gen5', '戊'],
    ]);
    await passwordsGone(job.id);
    await pages.server.prisma.importJob.update({
      where: { id: job.id },
      data: { finishedAt: new Date(Date.now() - 31 * 24 * 3_600_000) },
    });
    await run([
      ['用户名', '姓名'],
      ['gen6', '己'],
    ]);
    expect((await resultOf(job.id)).status).toBe(404);
  });
});
