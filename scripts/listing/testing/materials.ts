import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { makeChain, serveTls, type TlsServer } from '../../../server/testing/certificates.ts';
import { checkPage } from '../check/html-report.ts';
import { createProbes, type Probes } from '../check/probes.ts';
import { type CheckReport, isSettled, type RuleResult } from '../check/report.ts';
import type { Listing } from '../listing.ts';
import type { CheckUp } from '../materials/build.ts';
import { type ListingResult, materialsFolder, writeListing } from '../materials/run.ts';
import type { Context, State } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { type Draft, filledListing } from './filled.ts';
import { contextFor, createProject, type TestProject } from './project.ts';

/** The app's host, which a TLS server of the test answers for. */
export const host = 'app.hangzhou-dept.cn';
/** When the materials are made. */
export const now = Date.UTC(2026, 10, 24, 4);

/** Everything that a complete listing without statements gives. */
export const whole = [
  '0-目录.html',
  '1-上架申请信息.docx',
  '1-上架申请信息.xlsx',
  '2-压测报告.docx',
  '2-压测报告.html',
  '3-证书检查.docx',
  '4-部署架构图.png',
  '4-部署架构图.svg',
  '5-免登说明.docx',
  '6-体检报告.html',
  '6-体检报告.json',
];

export const exception = {
  problem: '应用域名使用服务商的二级域名',
  reason: '本单位没有域名，当地大数据局也无法提供。',
  plan: '先使用服务商域名上架，2027 年 3 月前更换',
  risk: '域名到期会使应用无法打开',
  date: '2026-11-24',
};

/** A project whose materials are made, a new one for each test. */
export interface MaterialsSubject {
  readonly project: TestProject;
  readonly listing: Draft<Listing>;
  /** The output folder. */
  readonly out: string;
  /** A check-up's report that found this of some rules. */
  checkUp(findings?: Record<string, State>, evidence?: readonly string[]): CheckUp;
  write(found?: CheckUp, more?: Partial<Context>): Promise<ListingResult>;
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
    for (const name of ['压测报告.docx', '压测报告.html']) {
      await project.write(`listing/loadtest/${name}`, `load test: ${name}`);
    }
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
    checkUp(findings = {}, evidence = []) {
      const results = Object.entries(findings).map(([id, state]) => resultOf(id, state, evidence, listing));
      const report: CheckReport = {
        app: listing.app.name,
        domain: host,
        startedAt: new Date(now).toISOString(),
        finishedAt: new Date(now).toISOString(),
        rehearsal: [],
        partial: false,
        results,
        totals: { pass: 0, fail: 0, fault: 0, question: 0, unknown: 0, 'not-applicable': 0 },
        open: [],
        passed: true,
      };
      return { report, html: checkPage(report), json: JSON.stringify(report) };
    },
    write: (found = subject.checkUp(), more = {}) =>
      writeListing(
        contextFor(ready(project).fresh(), { listing, probes: ready(probes), now, ...more }),
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

function resultOf(id: string, state: State, evidence: readonly string[], listing: Listing): RuleResult {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  const { section, title, severity, how, remedy } = rule;
  const excused = !isSettled(state) && id in listing.exceptions;
  return {
    id,
    section,
    title,
    severity,
    how,
    state,
    detail: `查到的是 ${state}。`,
    evidence,
    remedy,
    excused,
  };
}
