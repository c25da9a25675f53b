import type { MiniConfig } from './config.ts';

/** 生产环境：必须填写，占位内容不能构建。The build refuses these placeholders. */
export const config: MiniConfig = {
  serverUrl: 'https://replace-me.example.com',
  corpId: 'replace-me',
  container: 'auto',
};
