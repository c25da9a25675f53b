import type { MiniConfig } from './config.ts';

/** 测试环境：把地址与 corpId 换成测试组织的。Replace both with the test organisation's. */
export const config: MiniConfig = {
  serverUrl: 'https://miniapp-test.example.com',
  corpId: 'dingemulator0001',
  container: 'auto',
};
