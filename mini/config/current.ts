/** The build replaces this file by the chosen environment's (`npm run build mini <environment>`). */
export { config } from './development.ts';
