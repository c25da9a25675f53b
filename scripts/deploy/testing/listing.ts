import { emptyListing, type Listing } from '../../listing/listing.ts';

/** What `npm run deploy:files` needs to know of an app: two instances behind one gateway. */
export const known: Listing = {
  ...emptyListing(),
  app: { ...emptyListing().app, name: '工单助手', platform: 'zhezhengding' },
  domain: { name: 'app.example.gov.cn', belongsTo: 'owner' },
  deployment: {
    ...emptyListing().deployment,
    gateway: ['10.0.0.10'],
    instances: [
      { host: '10.1.0.11', port: 3001 },
      { host: '10.1.0.12', port: 3001 },
    ],
    database: [{ host: '10.1.0.21', port: 5432 }],
  },
};
