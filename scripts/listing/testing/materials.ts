import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { makeChain, serveTls, type TlsServer } from '../../../server/testing/certificates.ts';
import { createProbes, type Probes } from '../check/probes.ts';
import type { CheckReport } from '../check/report.ts';
import { resultOf } from '../check/run.ts';
import type { Listing } from '../listing.ts';
import { type ListingResult, materialsFolder, writeListing } from '../materials/run.ts';
import { screens, screensFolder } from '../materials/screens.ts';
import type { Context, State } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { type Draft, filledListing, host, loadTest } from './filled.ts';
import { contextFor, createProject, type TestProject } from './project.ts';

/** When the materials are made. */
export const now = Date.UTC(2026, 10, 24, 4);

/** A PNG of one pixel. */
export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Everything that a complete listing without statements gives. */
export const whole = [
  '0-目录.html',
  '1-上架申请信息.docx',
  '1-上架申请信息.xlsx',
  '2-压测报告.docx',
  '3-证书检查.docx',
  '4-部署架构图.png',
  '5-免登说明.docx',
  '6-自查报告.docx',
];

export const exception = {
  problem: '数据库部署在公有云，没有部署在政务外网',
  reason: '政务云的资源还在申请，没有批下来。',
  plan: '先只允许应用的地址访问，2027 年 3 月前迁入政务云',
  date: '2026-11-24',
};

/** A project whose materials are made, a new one for each test. */
export interface MaterialsSubject {
  readonly project: TestProject;
  readonly listing: Draft<Listing>;
  /** The output folder. */
  readonly out: string;
  /** A check-up's report that found this of some rules. */
  checkUp(findings?: Record<string, State>, facts?: readonly string[]): CheckReport;
  write(found?: CheckReport, more?: Partial<Context>): Promise<ListingResult>;
  /** The files of the folder, without its record. */
  written(): Promise<string[]>;
  read(file: string): Promise<Buffer>;
  /** The words of a DOCX or XLSX part, with line breaks between paragraphs. */
  words(file: string, part?: string): Promise<string>;
}

/** Registers the hooks that make the project, and a TLS server that answers as the app. */
export function prepareMaterials(): MaterialsSubject {
  let tls: TlsServer | undefined;
  let probes: Probes | undefined;
  let project: TestProject | undefined;
  let listing = filledListing();

  beforeAll(async () => {
    const { root, intermediate, leaf } = await makeChain(host);
    tls = await serveTls({ cert: leaf.cert + intermediate.cert, key: leaf.key });
    probes = createProbes({
      host,
      connect: new Map([[`${host}:443`, { host: '127.0.0.1', port: tls.port }]]),
      ca: root.cert,
      now: Date.now(),
    });
  });
  afterAll(() => tls?.close());

  beforeEach(async () => {
    project = await createProject();
    listing = filledListing();
    await project.write('listing/loadtest/report.json', JSON.stringify(loadTest()));
    for (const name of Object.keys(screens)) await project.write(`${screensFolder}/${name}.png`, picture);
  });
  afterEach(() => project?.remove());

  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('only inside a test');
    return value;
  };
  const out = () => path.join(ready(project).folder, 'listing');
  const read = (file: string) => readFile(path.join(out(), materialsFolder, ...file.split('/')));

  const subject: MaterialsSubject = {
    get project() {
      return ready(project);
    },
    get listing() {
      return listing;
    },
    get out() {
      return out();
    },
    checkUp(findings = {}, facts = []) {
      const results = Object.entries(findings).map(([id, state]) => {
        const rule = rules.find((one) => one.id === id);
        if (rule === undefined) throw new Error(`no rule ${id}`);
        return resultOf(rule, { state, detail: `查到的是 ${state}。`, evidence: [], facts }, { listing });
      });
      return {
        app: listing.app.name,
        domain: host,
        stage: '审批前',
        startedAt: new Date(now).toISOString(),
        finishedAt: new Date(now).toISOString(),
        rehearsal: [],
        partial: false,
        results,
        totals: { pass: 0, fail: 0, fault: 0, question: 0, unknown: 0, 'not-applicable': 0 },
        open: [],
        passed: true,
      };
    },
    write: (found = subject.checkUp(), more = {}) =>
      writeListing(
        contextFor(ready(project).files, { listing, probes: ready(probes), now, ...more }),
        found,
        out(),
      ),
    async written() {
      const folder = path.join(out(), materialsFolder);
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && entry.name !== '.generated.json')
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .map((file) => file.split(path.sep).join('/'))
        .sort();
    },
    read,
    async words(file, part = 'word/document.xml') {
      const content = unzipSync(await read(file))[part];
      if (content === undefined) throw new Error(`${file} has no ${part}`);
      return strFromU8(content)
        .replace(/<w:br\/>|<\/w:p>|<\/si>/g, '\n')
        .replace(/<[^>]+>/g, '')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&');
    },
  };
  return subject;
}
