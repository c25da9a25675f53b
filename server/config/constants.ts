/** Defaults of development, which production refuses. */
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
 * The characters of a new user name, as a class of a regular expression: visible ASCII and the Chinese characters of
 * the Basic Multilingual Plane. Except for case, the usual collations of databases do not confuse any of them.
 */
export const usernameCharacters = '!-~\\u3400-\\u4dbf\\u4e00-\\u9fff';

/** The file of `loadtest:sessions` with the tokens for the load test, and their greatest number. */
export const loadtestSessions = { file: 'listing/loadtest/tokens.txt', most: 2000 } as const;
