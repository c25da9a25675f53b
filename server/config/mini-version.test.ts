import { emulatorEnvironment } from '../../scripts/emulator/index.ts';
import { loadConfig } from './config.ts';
import { compareVersions } from './mini-version.ts';

test('versions are compared by their numbers', () => {
  expect(compareVersions('1.9.0', '1.10.0')).toBeLessThan(0);
  expect(compareVersions('2.0.0', '1.99.99')).toBeGreaterThan(0);
  expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
  expect(compareVersions('1.2', '1.2.0')).toBeNull();
  expect(compareVersions('1.2.0', 'v1.2.0')).toBeNull();
});

test('a minimum that is no version is refused at the start', () => {
  const env = { ...emulatorEnvironment('dingtalk', 'http://127.0.0.1:1'), MINI_MINIMUM_VERSION: '1.2' };
  expect(() => loadConfig(env)).toThrow(/MINI_MINIMUM_VERSION：应为小程序的版本号\n.*1\.2\.0/);
});
