/** What development starts with; production refuses all of it. */
export const development = {
  secretKey: 'development-secret-key-not-for-production',
  password: 'dev-pass-2026',
  /** How the emulator's app keys and corpId begin. */
  emulatorPrefixes: ['emulator-', 'dingemulator'],
} as const;

/** 浙政钉's open platform in production, and its test platform. */
export const zhezhengdingProductionHost = 'openplatform-pro.ding.zj.gov.cn';
export const zhezhengdingTestHost = 'openplatform.dg-work.cn';

/** Where the embedded database keeps its files. */
export const defaultDataDir = '.data/database';

export const databaseUrlExample = 'postgresql://app:密码@127.0.0.1:5432/app';
export const credentialsUrlExample = 'https://accounts.example.gov.cn/verify';

/**
 * What a new user name is made of, as a class of a regular expression: visible ASCII and the Chinese characters of the
 * Basic Multilingual Plane. None of them is taken for another one, but for case, by the usual collations of databases.
 */
export const usernameCharacters = '!-~\\u3400-\\u4dbf\\u4e00-\\u9fff';

/** What the operator's `loadtest:sessions` leaves for the load test: where the tokens are, and how many at most. */
export const loadtestSessions = { file: 'listing/loadtest/tokens.txt', most: 2000 } as const;
