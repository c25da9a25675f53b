import type { Listing } from '../listing.ts';
import { type Fact, missingFacts } from './facts.ts';

/** What the application form asks for, in its order. */
export const applicationFacts = [
  'app.name',
  'app.description',
  'app.platform',
  'app.forms',
  'app.pc',
  'app.sendsDing',
  'owner.organisation',
  'owner.office',
  'owner.contact',
  'owner.phone',
  'vendor.organisation',
  'vendor.contact',
  'vendor.phone',
  'scope.users',
  'scope.usersDescription',
  'scope.expectedUsers',
  'scope.contacts',
  'scope.superExecutives',
  'scope.applicant',
  'domain.name',
  'domain.belongsTo',
  'deployment.network',
  'deployment.vpn',
  'deployment.gateway',
  'deployment.instances',
  'deployment.database',
] as const;

/** What the form still lacks. Permissions are asked for only where the app wants any of the contacts. */
export function missingForApplication(listing: Listing): Fact[] {
  const { contacts } = listing.scope;
  const permissions = contacts === null || contacts === 'none' ? [] : ['scope.permissions'];
  return missingFacts(listing, [...applicationFacts, ...permissions]);
}

/** What a statement (情况说明) needs of its exception; the owner's name and office stand in `owner`. */
export const statementFacts = ['problem', 'reason', 'plan', 'risk', 'date'] as const;
