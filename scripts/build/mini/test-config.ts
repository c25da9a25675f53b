import type { MiniConfig } from '../../../mini/config/config.ts';
import { emulatedApps } from '../../emulator/credentials.ts';

/** For tests, whatever the project's own configuration has been made into: the emulator's organisation. */
export const testConfig = (serverUrl: string): MiniConfig => ({
  serverUrl,
  corpId: emulatedApps.dingtalk.corpId,
  container: 'auto',
});
