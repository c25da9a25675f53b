import type { Listing, Stage } from './listing.ts';

/** The stage of the listing. Files from before there were stages have a bid only after the approval. */
export function stageOf({ app, stability }: Listing): Stage {
  return app.stage ?? (stability.bid === null ? '审批前' : '审批后');
}
