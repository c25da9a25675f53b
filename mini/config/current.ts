/** Stands for the environment that the build chooses (`npm run build mini <environment>`): in the package this file is that environment's. */
export { config } from './development.ts';
