import { StartFailure } from '../../../server/config/start-failure.ts';
import { topologyOf } from '../../deploy/plan.ts';
import { topologySvg } from '../../deploy/topology.ts';
import { svgToPng } from '../../report/png.ts';
import { missingFacts } from '../facts/facts.ts';
import type { Listing } from '../listing.ts';
import { type Made, missingFact, text } from './material.ts';

const name = '部署架构图';

const needed = [
  'app.name',
  'app.platform',
  'domain.name',
  'deployment.network',
  'deployment.gateway',
  'deployment.instances',
  'deployment.database',
] as const;

/** The picture of the deployment (guide 7), the same that `npm run deploy:files` writes. */
export async function topologyMaterials(listing: Listing): Promise<Made> {
  const missing = missingFacts(listing, needed).map((fact) => missingFact(fact, name));
  if (missing.length > 0) return { materials: [], missing };
  let svg: string;
  try {
    svg = topologySvg(topologyOf(listing));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    const where = 'listing.yaml 的 deployment';
    return {
      materials: [],
      missing: [{ title: error.message, where, example: null, fact: null, material: name }],
    };
  }
  return {
    materials: [
      {
        path: `4-${name}.svg`,
        purpose: '应用怎样部署：互联网接入区的网关，转发到非公网的应用和数据库。可放大、可编辑。',
        content: text(svg),
      },
      {
        path: `4-${name}.png`,
        purpose: '同上，图片格式，方便上传和插入文档。',
        content: (await svgToPng(svg)).data,
      },
    ],
    missing: [],
  };
}
