/** The simulator for tests of the mini program, which run its sources on a phone without a browser. */
export { emulatorAuthCode } from './harness/emulator-codes.ts';
export { type OpenedApp, openBuilt } from './harness/open-app.ts';
export { buildProjectApp, openProjectApp, type ProjectAppOptions } from './harness/project-app.ts';
export { fetchTransport } from './runtime/dd/http.ts';
export type { Device, Faults, HttpErrors, Platform, Transport } from './runtime/device.ts';
export type { BuiltApp } from './runtime/types.ts';
