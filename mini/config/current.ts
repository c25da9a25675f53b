/** Stands for the environment that the build chooses (`--env`): in the package this file is that environment's. */
export { config } from './development.ts';
