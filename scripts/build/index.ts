/** What tests of the mini program may use of its build, and of the device that runs the built package. */
export { checkFiles } from './mini/check.ts';
export { compileMini } from './mini/compile.ts';
export { Device } from './mini/dd-double/device.ts';
export type { StatusStyle } from './mini/dd-double/http-double.ts';
export { MiniRun } from './mini/dd-double/run.ts';
export { type PackageFiles, readFolder } from './mini/package-files.ts';
export { miniSource, nodeModules } from './mini/paths.ts';
export { testConfig } from './mini/test-config.ts';
