import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadListing } from '../listing-file.ts';
import { newListing } from '../listing-template.ts';
import { prepareMaterials } from '../testing/materials.ts';
import { askForMissing } from './ask.ts';

/** Asking for what is missing, in a terminal. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareMaterials();
const { checkUp, write } = subject;

describe('asking in a terminal', () => {
  const file = () => path.join(subject.project.folder, 'listing.yaml');

  test('writes each answer beside the comments, asks again for a wrong one, and skips by Enter', async () => {
    await writeFile(file(), `${newListing([])}`);
    const asked: string[] = [];
    const typed: Record<string, string[]> = {
      '应用：应用名称': ['工单助手'],
      '应用：应用形态': ['miniprogram,h5'],
      '应用：是否要在 PC 端使用': ['也许', '否'],
      '应用：平台': ['微信', 'dingtalk'],
      '使用范围与权限：预计使用人数': ['三百', '300'],
      '部署：互联网接入区的网关地址': ['10.0.0.10，10.0.0.11'],
      '部署：应用实例': ['10.1.0.11', '10.1.0.11:3000 10.1.0.12:3000'],
    };
    const empty = await loadListing(file());
    const { missing } = await write(checkUp(), { listing: empty });
    const answered = await askForMissing(file(), missing, async (question) => {
      asked.push(question);
      const title = Object.keys(typed).find((one) => question.includes(one));
      return (title === undefined ? '' : typed[title]?.shift()) ?? '';
    });
    expect(answered).toBe(7);
    const filled = await loadListing(file());
    expect(filled.app).toMatchObject({
      name: '工单助手',
      forms: ['miniprogram', 'h5'],
      pc: false,
      platform: 'dingtalk',
    });
    expect(filled.scope.expectedUsers).toBe(300);
    expect(filled.deployment).toMatchObject({
      gateway: ['10.0.0.10', '10.0.0.11'],
      instances: [
        { host: '10.1.0.11', port: 3000 },
        { host: '10.1.0.12', port: 3000 },
      ],
      database: [],
    });
    const text = await readFile(file(), 'utf8');
    // Nothing but values has changed: without them it is the file that it was.
    const values = /^(\s+(?:name|forms|pc|platform|expectedUsers|gateway|instances):).*$/gm;
    expect(text.replace(values, '$1')).toBe(newListing([]).replace(values, '$1'));
    expect(asked.filter((question) => question.includes('这样写不对'))).toHaveLength(4);
    expect(asked[0]).toContain('例如 name: 工单助手');
  });

  test('puts a fact into a section that is not there', async () => {
    await writeFile(file(), 'app:\n');
    const fact = { title: '业主', where: '', example: 'x', fact: 'owner.phone', material: '' };
    const name = { ...fact, title: '名称', fact: 'app.name' };
    expect(await askForMissing(file(), [fact, name], async () => '0571-1')).toBe(2);
    expect(await loadListing(file())).toMatchObject({ owner: { phone: '0571-1' }, app: { name: '0571-1' } });
  });
});
