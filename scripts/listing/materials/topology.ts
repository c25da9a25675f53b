import { StartFailure } from '../../../server/config/start-failure.ts';
import { topologyOf } from '../../deploy/plan.ts';
import { topologySvg } from '../../deploy/topology.ts';
import { svgToPng } from '../../report/png.ts';
import { missingFacts } from '../facts/facts.ts';
import type { Listing } from '../listing.ts';
import { type About, lacking, type Made, made, missingFact, missingThing } from './material.ts';

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
export async function topologyMaterials(listing: Listing, about: About): Promise<Made> {
  const missing = missingFacts(listing, needed).map((fact) => missingFact(fact, name));
  if (missing.length > 0) return lacking(...missing);
  let svg: string;
  try {
    const [, ...more] = about;
    svg = topologySvg(topologyOf(listing), more.map((fact) => fact.join('：')).join('　'));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return lacking(missingThing(error.message, 'listing.yaml 的 deployment', name));
  }
  return made({
    path: `4-${name}.png`,
    purpose: '应用怎样部署：互联网接入区的网关，转发到非公网的应用和数据库。',
    content: (await svgToPng(svg)).data,
  });
}
