/** The emulated apps' credentials: development only; the server refuses them in production. */
export const emulatedApps = {
  dingtalk: {
    appKey: 'emulator-dingtalk-key',
    appSecret: 'emulator-dingtalk-secret',
    corpId: 'dingemulator0001',
    agentId: '2701001',
    robotCode: 'emulator-robot',
  },
  zhezhengding: {
    appKey: 'emulator-zzd-key',
    appSecret: 'emulator-zzd-secret',
    tenantId: '57',
    /** The accountId in whose name the app sends DINGs. */
    dingCreator: '270108',
  },
} as const;
