import { emulatedApps } from './credentials.ts';

/**
 * The environment variables that point the server at the emulator.
 *
 * @param url where the emulator listens.
 */
export function emulatorEnvironment(
  platform: 'dingtalk' | 'zhezhengding',
  url: string,
): Record<string, string> {
  const { dingtalk, zhezhengding } = emulatedApps;
  return platform === 'dingtalk'
    ? {
        PLATFORM: 'dingtalk',
        DINGTALK_APP_KEY: dingtalk.appKey,
        DINGTALK_APP_SECRET: dingtalk.appSecret,
        DINGTALK_CORP_ID: dingtalk.corpId,
        DINGTALK_AGENT_ID: dingtalk.agentId,
        DINGTALK_ROBOT_CODE: dingtalk.robotCode,
        DINGTALK_API_URL: url,
        DINGTALK_OAPI_URL: url,
      }
    : {
        PLATFORM: 'zhezhengding',
        ZHEZHENGDING_APP_KEY: zhezhengding.appKey,
        ZHEZHENGDING_APP_SECRET: zhezhengding.appSecret,
        ZHEZHENGDING_TENANT_ID: zhezhengding.tenantId,
        ZHEZHENGDING_DING_CREATOR: zhezhengding.dingCreator,
        ZHEZHENGDING_BASE_URL: url,
      };
}
