import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { environmentValue } from '../deploy/environment.ts';
import { emptyListing } from '../listing/listing.ts';
import { parseListing } from '../listing/listing-file.ts';
import { type ListingQuestion, newListing, updateListing } from '../listing/listing-template.ts';
import type { Answers } from './answers.ts';
import { removeParts, withImplied } from './leave-out.ts';
import { licenseOf, licenses } from './license.ts';
import { isPart, namesIn } from './parts.ts';
import { removeTemplatesOwn } from './templates-own.ts';

/** What an app starts with in place of the template's own, by its name in `files/`. */
const appFiles = { 'README.md': 'README.md', '0001-template.md': 'docs/decisions/0001-template.md' };

/** Only the file's owner reads it: it holds secrets. */
const ownerOnly = 0o600;

interface PackageFile {
  name: string;
  version: string;
  description: string;
  license?: string;
  scripts: Record<string, string>;
  /** What the app was made from; absent in the template itself. */
  template?: { name: string; version: string; without?: string[] };
}

/** What is known already, from an earlier run: the answers that Enter keeps. */
export async function currentAnswers(root: string): Promise<Partial<Answers>> {
  const { name, template, license } = await readPackage(root);
  const file = path.join(root, 'listing.yaml');
  const listing = existsSync(file) ? parseListing(await readText(file), 'listing.yaml') : emptyListing();
  const known: Partial<Record<keyof Answers, string | null>> = {
    name: listing.app.name,
    package: template === undefined ? null : name,
    owner: listing.owner.organisation,
    platform: listing.app.platform,
    corpId: listing.organisations.production ?? (listing.app.stage === '审批后' ? '' : null),
    testCorpId: listing.organisations.test,
    domain: listing.domain.name,
    license: template === undefined ? 'proprietary' : (licenseOf(license) ?? null),
    without: template?.without?.join(',') ?? null,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)) as Partial<Answers>;
}

/**
 * Writes the answers to every place that holds them; the first time it also takes away what only the template needs.
 * Run again it changes only what differs; secrets that are there stay, and so does everything that people wrote.
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
  const edit = async (file: string, change: (text: string) => string, mode?: number) => {
    const target = path.join(root, file);
    const before = existsSync(target) ? await readText(target) : null;
    const after = change(before ?? '');
    if (after === (before ?? '')) return;
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, after, mode === undefined ? {} : { mode });
    done.push(`${before === null ? '生成' : '修改'} ${file}`);
  };
  const before = await currentAnswers(root);
  const { name, version, template } = await readPackage(root);
  const without = withImplied(namesIn(answers.without).filter(isPart));
  const leaving = without.filter((part) => !template?.without?.includes(part));
  const lock = await stat(path.join(root, 'package-lock.json'));

  if (template === undefined) {
    done.push(...(await removeTemplatesOwn(root)));
    for (const [source, file] of Object.entries(appFiles)) {
      const text = await readFile(new URL(`files/${source}`, import.meta.url), 'utf8');
      await edit(file, () => filledIn(text, { ...answers, template: `${name} ${version}` }));
    }
  }
  await edit('README.md', (text) => renamed(text, before, answers));
  await edit('LICENSE', (text) => ownLicense(text, before, answers));
  if (leaving.length > 0) done.push(...removeParts(root, leaving));
  await edit('package-lock.json', (text) => ownLock(text, answers.package));
  // Keeps the time of the lock file: after a newer one, the next command installs all packages again.
  await utimes(path.join(root, 'package-lock.json'), lock.atime, lock.mtime);
  const example = await readFile(path.join(root, '.env.example'), 'utf8');
  await edit('.env', (text) => ownEnvironment(text === '' ? example : text, before, answers), ownerOnly);
  // An existing file has kept its mode. Windows has no modes.
  if (process.platform !== 'win32') await chmod(path.join(root, '.env'), ownerOnly);
  await edit('listing.yaml', (text) => ownListing(text, answers, asked));
  await edit('mini/config/production.ts', (text) =>
    ownMiniConfig(text, {
      ...answers,
      serverUrl: `https://${answers.domain}`,
      // Until the approval, production runs on the test organisation's parameters.
      corpId: answers.corpId || answers.testCorpId || null,
    }),
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
  // Written last: `template` says that the template's own files are gone.
  await edit('package.json', (text) => ownPackage(text, answers, without));
  return done;
}

async function readPackage(root: string): Promise<PackageFile> {
  return JSON.parse(await readText(path.join(root, 'package.json')));
}

/** Notepad may put a byte order mark before the first line, which then matches no pattern. */
async function readText(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
}

/** Which template, at which version, an app was made from: needed to compare with a newer one later. */
function ownPackage(text: string, answers: Answers, without: readonly string[]): string {
  const file: PackageFile = JSON.parse(text);
  const { name, version } = file;
  if (file.template === undefined) {
    file.template = { name, version };
    file.version = '0.1.0';
    delete file.scripts.bench;
  }
  if (answers.license !== '') file.license = licenses[answers.license].spdx;
  const gone = [...new Set([...(file.template.without ?? []), ...without])];
  if (gone.length > 0) file.template.without = gone;
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

function ownEnvironment(
  text: string,
  before: Partial<Answers>,
  { name: appName, platform, corpId, testCorpId }: Answers,
): string {
  const now = parseEnv(text) as Record<string, string | undefined>;
  const organisation = platform === 'dingtalk' ? 'DINGTALK_CORP_ID' : 'ZHEZHENGDING_TENANT_ID';
  const values: Record<string, string> = {
    PLATFORM: platform,
    // The guide forbids development against it: the server refuses to start with an organisation of this list.
    PRODUCTION_ORGANISATIONS: withOrganisation(now.PRODUCTION_ORGANISATIONS ?? '', corpId),
  };
  if (testCorpId !== '') values[organisation] = testCorpId;
  // A name other than the last answer was written by a person, and stays.
  if (!now.APP_NAME || now.APP_NAME === before.name) values.APP_NAME = appName;
  // A secret in use must stay: the database holds what was encrypted with it.
  if (!now.SECRET_KEY) values.SECRET_KEY = randomBytes(32).toString('base64');
  if (!now.METRICS_TOKEN) values.METRICS_TOKEN = randomBytes(24).toString('base64url');
  return Object.entries(values).reduce((file, [name, value]) => {
    if (now[name] === value) return file;
    const line = new RegExp(`^#?${name}=.*$`, 'm');
    return line.test(file)
      ? file.replace(line, () => `${name}=${environmentValue(value)}`)
      : `${file.trimEnd()}\n${name}=${environmentValue(value)}\n`;
  }, text);
}

/** Adds an organisation to a list with commas; the others stay. */
function withOrganisation(list: string, organisation: string): string {
  const known = list.split(',').map((one) => one.trim());
  if (organisation === '' || known.includes(organisation)) return list;
  return [...known.filter((one) => one !== ''), organisation].join(',');
}

function ownListing(text: string, answers: Answers, asked: readonly ListingQuestion[]): string {
  return updateListing(text === '' ? newListing(asked) : text, {
    'app.name': answers.name,
    'app.platform': answers.platform,
    'owner.organisation': answers.owner,
    'organisations.production': answers.corpId || null,
    'organisations.test': answers.testCorpId || null,
    'domain.name': answers.domain,
  });
}

interface MiniValues {
  platform: Answers['platform'];
  /** null leaves the address as it is. */
  serverUrl: string | null;
  /** null leaves it as it is. */
  corpId: string | null;
}

function ownMiniConfig(text: string, { platform, serverUrl, corpId }: MiniValues): string {
  const set = (file: string, field: string, value: string) =>
    file.replace(new RegExp(`(\\b${field}: )'[^']*'`), (_, key: string) => `${key}'${value}'`);
  const addressed = serverUrl === null ? text : set(text, 'serverUrl', serverUrl);
  const organised = corpId === null ? addressed : set(addressed, 'corpId', corpId);
  return set(organised, 'container', platform);
}

function filledIn(text: string, values: Answers & { template: string }): string {
  return text.replace(
    /\{\{(name|owner|template)\}\}/g,
    (_, key: 'name' | 'owner' | 'template') => values[key],
  );
}

/** The heading and the owner's line of README.md, where they are unchanged. */
function renamed(text: string, before: Partial<Answers>, { name, owner }: Answers): string {
  return text
    .split('\n')
    .map((line) => {
      if (line === `# ${before.name}`) return `# ${name}`;
      return line === `业主单位：${before.owner}` ? `业主单位：${owner}` : line;
    })
    .join('\n');
}

/** Replaces the text only where there is none, or where it is the one written before. */
function ownLicense(text: string, before: Partial<Answers>, { license, owner }: Answers): string {
  if (license === '') return text;
  const ours = before.license ? licenses[before.license].text(before.owner ?? owner) : '';
  return text === '' || text === ours || license !== before.license ? licenses[license].text(owner) : text;
}
