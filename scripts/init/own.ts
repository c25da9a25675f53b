import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { emptyListing } from '../listing/listing.ts';
import { parseListing } from '../listing/listing-file.ts';
import { type ListingQuestion, newListing, updateListing } from '../listing/listing-template.ts';
import type { Answers } from './answers.ts';

/** What an app that was made from the template has no use for. */
const templatesOwn = ['.ci', 'README.en.md'];

const templateName = 'zhezhengding-miniapp-template';

interface PackageFile {
  name: string;
  version: string;
  description: string;
  template?: { name: string; version: string };
}

/** What is known already, from an earlier run: the answers that Enter keeps. */
export async function currentAnswers(root: string): Promise<Partial<Answers>> {
  const { name } = await readPackage(root);
  const file = path.join(root, 'listing.yaml');
  const listing = existsSync(file) ? parseListing(await readText(file), 'listing.yaml') : emptyListing();
  const known: Partial<Record<keyof Answers, string | null>> = {
    name: listing.app.name,
    package: name === templateName ? null : name,
    owner: listing.owner.organisation,
    platform: listing.app.platform,
    corpId: listing.organisations.production,
    testCorpId: listing.organisations.test,
    domain: listing.domain.name,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)) as Partial<Answers>;
}

/**
 * Writes the answers to every place that holds them. Run again it changes only what differs; secrets that are
 * there stay, and so does everything that people wrote.
 *
 * @param root the project's folder.
 * @param asked the rules that a person answers in listing.yaml.
 * @returns what was done, a Chinese line each.
 */
export async function makeOwn(
  root: string,
  answers: Answers,
  asked: readonly ListingQuestion[],
): Promise<string[]> {
  const done: string[] = [];
  const edit = async (file: string, change: (text: string) => string) => {
    const target = path.join(root, file);
    const before = existsSync(target) ? await readText(target) : null;
    const after = change(before ?? '');
    if (after === before) return;
    await writeFile(target, after);
    done.push(`${before === null ? '生成' : '修改'} ${file}`);
  };

  await edit('package.json', (text) => ownPackage(text, answers));
  const lock = await stat(path.join(root, 'package-lock.json'));
  await edit('package-lock.json', (text) => ownLock(text, answers.package));
  // The packages are the same: a newer file would have them all installed again.
  await utimes(path.join(root, 'package-lock.json'), lock.atime, lock.mtime);
  const example = await readFile(path.join(root, '.env.example'), 'utf8');
  await edit('.env', (text) => ownEnvironment(text === '' ? example : text, answers));
  await edit('listing.yaml', (text) => ownListing(text, answers, asked));
  await edit('mini/config/production.ts', (text) =>
    ownMiniConfig(text, { ...answers, serverUrl: `https://${answers.domain}`, corpId: answers.corpId }),
  );
  if (answers.testCorpId !== '') {
    await edit('mini/config/test.ts', (text) =>
      ownMiniConfig(text, { ...answers, serverUrl: null, corpId: answers.testCorpId }),
    );
  }
  await edit('mini/app.json', (text) =>
    text.replace(
      /("defaultTitle":\s*)"(?:[^"\\]|\\.)*"/,
      (_, key: string) => key + JSON.stringify(answers.name),
    ),
  );
  await edit('README.md', (text) => ownReadme(text, answers));
  for (const file of templatesOwn) {
    if (!existsSync(path.join(root, file))) continue;
    await rm(path.join(root, file), { recursive: true });
    done.push(`删除 ${file}（只属于模板）`);
  }
  return done;
}

async function readPackage(root: string): Promise<PackageFile> {
  return JSON.parse(await readText(path.join(root, 'package.json')));
}

/** Windows' own editor may put a byte order mark before the first line; with it that line is none that we know. */
async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
}

/** Which template, at which version, an app was made from: needed to compare with a newer one later. */
function ownPackage(text: string, answers: Answers): string {
  const file: PackageFile = JSON.parse(text);
  const { name, version } = file;
  file.template ??= { name, version };
  if (name === templateName) file.version = '0.1.0';
  file.name = answers.package;
  file.description = `${answers.owner}：${answers.name}`;
  return `${JSON.stringify(file, null, 2)}\n`;
}

function ownLock(text: string, name: string): string {
  const lock: { name: string; packages: Record<string, { name?: string }> } = JSON.parse(text);
  lock.name = name;
  const own = lock.packages[''];
  if (own !== undefined) own.name = name;
  return `${JSON.stringify(lock, null, 2)}\n`;
}

function ownEnvironment(text: string, { platform, corpId, testCorpId }: Answers): string {
  const now = parseEnv(text) as Record<string, string | undefined>;
  const organisation = platform === 'dingtalk' ? 'DINGTALK_CORP_ID' : 'ZHEZHENGDING_TENANT_ID';
  const values: Record<string, string> = {
    PLATFORM: platform,
    // The guide forbids developing against it: the server refuses to start with one of these.
    PRODUCTION_ORGANISATIONS: withOrganisation(now.PRODUCTION_ORGANISATIONS ?? '', corpId),
  };
  if (testCorpId !== '') values[organisation] = testCorpId;
  // A secret that is in use must stay: the database holds what it encrypted.
  if (!now.SECRET_KEY) values.SECRET_KEY = randomBytes(32).toString('base64');
  if (!now.METRICS_TOKEN) values.METRICS_TOKEN = randomBytes(24).toString('base64url');
  return Object.entries(values).reduce((file, [name, value]) => {
    if (now[name] === value) return file;
    const line = new RegExp(`^#?${name}=.*$`, 'm');
    return line.test(file)
      ? file.replace(line, () => `${name}=${value}`)
      : `${file.trimEnd()}\n${name}=${value}\n`;
  }, text);
}

/** Adds to a list with commas: what people put behind the fence stays there. */
function withOrganisation(list: string, organisation: string): string {
  const known = list.split(',').map((one) => one.trim());
  if (known.includes(organisation)) return list;
  return [...known.filter((one) => one !== ''), organisation].join(',');
}

function ownListing(text: string, answers: Answers, asked: readonly ListingQuestion[]): string {
  return updateListing(text === '' ? newListing(asked) : text, {
    'app.name': answers.name,
    'app.platform': answers.platform,
    'owner.organisation': answers.owner,
    'organisations.production': answers.corpId,
    'organisations.test': answers.testCorpId || null,
    'domain.name': answers.domain,
  });
}

interface MiniValues {
  platform: Answers['platform'];
  /** null leaves the address as it is. */
  serverUrl: string | null;
  corpId: string;
}

function ownMiniConfig(text: string, { platform, serverUrl, corpId }: MiniValues): string {
  const set = (file: string, field: string, value: string) =>
    file.replace(new RegExp(`(\\b${field}: )'[^']*'`), (_, key: string) => `${key}'${value}'`);
  const addressed = serverUrl === null ? text : set(text, 'serverUrl', serverUrl);
  return set(set(addressed, 'corpId', corpId), 'container', platform);
}

function ownReadme(text: string, { name, owner }: Answers): string {
  return text
    .replace(/^# .*$/m, () => `# ${name}`)
    .replace(
      /^\[English\]\(README\.en\.md\)$/m,
      () => `${owner}。由浙政钉 / 钉钉小程序模板生成，以下是模板的说明。`,
    );
}
