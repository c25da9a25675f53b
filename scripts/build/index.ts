/** What tests of the mini program may use of its build. */
export { readFolder } from './mini/package-files.ts';
export { miniSource } from './mini/paths.ts';
