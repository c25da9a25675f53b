import { host, send } from '../system.ts';
import type { Break } from './break.ts';

/** What breaks the deployment: what is open to the internet, and what stands in front of the application. */
export const deploymentBreaks: readonly Break[] = [
  [
    'the application’s port open on the domain',
    (h) => void h.system.connect.set(`${host}:3000`, h.portOf(443)),
    { 'app-not-public': 'fail' },
  ],
  [
    'the database’s port open on the domain',
    (h) => void h.system.connect.set(`${host}:5432`, h.portOf(443)),
    { 'database-not-public': 'fail' },
  ],
  [
    'the application on an address that answers from here',
    (h) => {
      (h.listing.deployment.instances[0] ?? { host: '' }).host = '203.0.113.5';
      h.system.connect.set('203.0.113.5:3000', h.portOf(443));
    },
    { 'app-not-public': 'fail' },
  ],
  [
    'production’s database elsewhere than the listing says, in public',
    (h) => {
      h.env.DATABASE_URL = 'postgresql://app:secret@db.other.cn:5432/app';
    },
    { 'database-not-public': 'question' },
  ],
  [
    'a VPN',
    (h) => {
      h.listing.deployment.vpn = true;
    },
    { 'no-vpn': 'fail' },
  ],
  [
    'no word about a VPN',
    (h) => {
      h.listing.deployment.vpn = null;
    },
    { 'no-vpn': 'question' },
  ],
  [
    'the application on the gateway',
    (h) => {
      h.listing.deployment.gateway = ['10.1.0.11'];
    },
    { 'gateway-in-front': 'fail' },
  ],
  [
    'a server that does not know its gateway',
    (h) => void delete h.env.TRUST_PROXY,
    { 'gateway-in-front': 'fail' },
  ],
  ['one machine', (h) => void h.listing.deployment.instances.pop(), { 'high-availability': 'fail' }],
  [
    'the API’s document shown to all',
    (h) => void h.system.answers.delete('/docs'),
    { 'internal-pages-closed': 'fail' },
  ],
  [
    'the figures shown to all',
    (h) => void h.system.answers.set('/metrics', send(200, 'x 1', 'text/plain')),
    { 'internal-pages-closed': 'fail' },
  ],
];
