import path from 'node:path';
import { reportDocument } from '../../loadtest/report.ts';
import { missedBars } from '../../loadtest/verdict.ts';
import { bullets, docx, heading, paragraph, table } from '../../report/docx.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import { missingFacts } from '../facts/facts.ts';
import { isFinding, type LoadTest, loadTestOf } from '../facts/load-test.ts';
import type { Listing } from '../listing.ts';
import { type About, chineseDate, lacking, type Made, made, missingFact, missingThing } from './material.ts';

const name = '压测报告';

/** The report of the load test (guide 9): from `npm run loadtest`, or a page with the figures of another tool. */
export async function loadTestMaterials(listing: Listing, files: ProjectFiles, about: About): Promise<Made> {
  const test = await loadTestOf({ listing, files });
  if (isFinding(test)) {
    const facts = listing.loadtest === undefined ? [] : missingFacts(listing, test.facts ?? []);
    if (facts.length > 0) return lacking(...facts.map((fact) => missingFact(fact, name)));
    const where = `${test.detail}${test.remedy ?? ''}`;
    const example = `npm run loadtest https://${listing.domain.name ?? '应用域名'}`;
    return lacking(missingThing(name, where, name, example));
  }
  if (test.own !== null) {
    const content = await docx({ ...reportDocument(test.own), facts: about });
    return made({ path: `2-${name}.docx`, purpose: '应用域名的压测报告，给审批人看。', content });
  }
  const { tool, file } = listing.loadtest ?? {};
  const report = await files.bytes(file ?? '');
  return made(
    {
      path: `2-${name}.docx`,
      purpose: '压测结果的摘要，数字取自下一份报告。',
      content: await summaryOf(test, tool ?? '', listing.loadtest?.interfaces ?? [], about),
    },
    {
      path: `2-${name}（${tool}）${path.extname(file ?? '')}`,
      purpose: `${tool}导出的压测报告。`,
      content: report ?? Buffer.alloc(0),
    },
  );
}

/** Another tool's figures, as a person typed them. */
function summaryOf(
  test: LoadTest,
  tool: string,
  interfaces: readonly string[],
  facts: About,
): Promise<Buffer> {
  const [step] = test.steps;
  const missed = step === undefined ? [] : missedBars(step);
  return docx({
    title: name,
    facts,
    blocks: [
      heading('一、结论'),
      paragraph(
        missed.length === 0
          ? `${step?.connections} 并发下压测完成，成功率和平均响应时间达到钉钉应用质量自检的标准。`
          : `${step?.connections} 并发下压测完成；与钉钉应用质量自检的标准相比：${missed.join('；')}。`,
      ),
      heading('二、压测结果'),
      table({
        widths: [1, 3],
        rows: [
          ['压测工具', tool],
          ['压测的网址', test.address],
          ['压测日期', chineseDate(test.startedAt)],
          ['并发量', `${step?.connections}（上架指南：原则不低于 50）`],
          ['请求总数', `${step?.requests}`],
          ['成功率', `${Math.floor((step?.successRate ?? 0) * 10_000) / 100}%`],
          ['平均响应时间', `${step?.meanMs} 毫秒`],
        ],
      }),
      heading('三、压测的数据接口'),
      bullets(interfaces),
      paragraph(`以上数字取自 ${tool} 导出的报告，报告随附。`),
    ],
  });
}
