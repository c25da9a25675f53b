import type { Rule } from '../rule.ts';
import { interfaces } from './1-interfaces.ts';
import { parameters } from './2-parameters.ts';
import { application } from './3-application.ts';
import { classification } from './4-classification.ts';
import { executives } from './5-executives.ts';
import { domain } from './6-domain.ts';
import { deployment } from './7-deployment.ts';
import { stability } from './8-stability.ts';
import { loadtest } from './9-loadtest.ts';
import { signIn } from './10-sign-in.ts';
import { certificateSteps } from './certificate.ts';
import { development } from './development.ts';
import { organisation } from './organisation.ts';
import { statement } from './statement.ts';

/** Every rule, by the guide's chapters and in its order. */
export const rules: readonly Rule[] = [
  ...interfaces,
  ...parameters,
  ...application,
  ...classification,
  ...executives,
  ...domain,
  ...deployment,
  ...stability,
  ...loadtest,
  ...signIn,
  ...organisation,
  ...development,
  ...certificateSteps,
  ...statement,
];
