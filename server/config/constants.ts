/** What development starts with; production refuses all of it. */
export const development = {
  secretKey: 'development-secret-key-not-for-production',
  password: 'dev-pass-2026',
  /** How the emulator's app keys and corpId begin. */
  emulatorPrefixes: ['emulator-', 'dingemulator'],
} as const;

/** 浙政钉's open platform in production; the test platform has another host. */
export const zhezhengdingProductionHost = 'openplatform-pro.ding.zj.gov.cn';

/** Where the embedded database keeps its files. */
export const defaultDataDir = '.data/database';

export const databaseUrlExample = 'postgresql://app:密码@127.0.0.1:5432/app';
export const credentialsUrlExample = 'https://accounts.example.gov.cn/verify';

/** What the operator's `loadtest:sessions` leaves for the load test: where the tokens are, and how many at most. */
export const loadtestSessions = { file: 'listing/loadtest/tokens.txt', most: 2000 } as const;
