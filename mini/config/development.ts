import type { MiniConfig } from './config.ts';

/** Development on a local machine, with the emulator. */
export const config: MiniConfig = {
  serverUrl: 'http://127.0.0.1:3000',
  corpId: 'dingemulator0001',
  container: 'auto',
};
