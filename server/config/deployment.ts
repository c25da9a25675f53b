import { type Environment, EnvironmentReader } from './environment.ts';

export const environmentNames = {
  development: '开发环境',
  test: '测试环境',
  production: '生产环境',
} as const;

/** The environment and the organisation of a process. */
export interface Deployment {
  environment: keyof typeof environmentNames;
  /** Null in development, where `npm run dev` serves both. */
  platform: 'dingtalk' | 'zhezhengding' | null;
  /** The corpId of DingTalk, the tenant of 浙政钉; null in development, or where it is not set. */
  organisation: string | null;
}

/** Does not report wrong settings: the whole configuration does. A command may need only these. */
export function readDeployment(env: Environment): Deployment {
  const reader = new EnvironmentReader(env);
  const environment = reader.oneOf('NODE_ENV', ['development', 'test', 'production'], 'development');
  if (environment === 'development') return { environment, platform: null, organisation: null };
  const platform = reader.oneOf('PLATFORM', ['dingtalk', 'zhezhengding'], 'dingtalk');
  const organisation = reader.optional(
    platform === 'dingtalk' ? 'DINGTALK_CORP_ID' : 'ZHEZHENGDING_TENANT_ID',
  );
  return { environment, platform, organisation };
}
