import { emulatorEnvironment } from '../../scripts/emulator/index.ts';
import { loadConfig } from './config.ts';

const read = (more: Record<string, string>) =>
  loadConfig({ ...emulatorEnvironment('dingtalk', 'http://127.0.0.1:1'), ...more }).certificate;

test.each([
  [
    { PUBLIC_ORIGIN: 'https://app.hangzhou-dept.cn' },
    { host: 'app.hangzhou-dept.cn', port: 443, connectTo: [] },
  ],
  [
    { PUBLIC_ORIGIN: 'https://app.hangzhou-dept.cn:8443/' },
    { host: 'app.hangzhou-dept.cn', port: 8443, connectTo: [] },
  ],
  [
    { PUBLIC_ORIGIN: 'https://app.hangzhou-dept.cn', CERTIFICATE_ADDRESS: '10.0.0.10' },
    { host: 'app.hangzhou-dept.cn', port: 443, connectTo: [{ host: '10.0.0.10', port: 443 }] },
  ],
  [
    { PUBLIC_ORIGIN: 'https://[::1]', CERTIFICATE_ADDRESS: '[fd00::1]:8443' },
    { host: '::1', port: 443, connectTo: [{ host: 'fd00::1', port: 8443 }] },
  ],
  [
    { PUBLIC_ORIGIN: 'https://app.hangzhou-dept.cn', CERTIFICATE_ADDRESS: '10.0.0.10:443, 10.0.0.11:443' },
    {
      host: 'app.hangzhou-dept.cn',
      port: 443,
      connectTo: [
        { host: '10.0.0.10', port: 443 },
        { host: '10.0.0.11', port: 443 },
      ],
    },
  ],
  [{}, null],
])('the settings %j are understood', (more, expected) => {
  expect(read(more)).toEqual(expected);
});

test.each([
  ['PUBLIC_ORIGIN', 'http://app.hangzhou-dept.cn'],
  ['PUBLIC_ORIGIN', 'app.hangzhou-dept.cn'],
  ['PUBLIC_ORIGIN', 'https://app.hangzhou-dept.cn/console'],
  ['PUBLIC_ORIGIN', 'https://me:pw@app.hangzhou-dept.cn'],
  ['CERTIFICATE_ADDRESS', 'https://10.0.0.10'],
  ['CERTIFICATE_ADDRESS', '10.0.0.10:0'],
  ['CERTIFICATE_ADDRESS', '10.0.0.10:99999'],
  ['CERTIFICATE_ADDRESS', '10.0.0.10:443,'],
])('%s=%s is refused by its name', (variable, value) => {
  expect(() => read({ [variable]: value })).toThrow(variable);
});
