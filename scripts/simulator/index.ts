/** What tests of the mini program may use of the simulator: its sources on a phone, without a browser. */
export type { OpenedApp } from './harness/open-app.ts';
export { openProjectApp, type ProjectAppOptions } from './harness/project-app.ts';
export { fetchTransport } from './runtime/dd/http.ts';
export type { Platform, Transport } from './runtime/device.ts';
