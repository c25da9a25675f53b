import path from 'node:path';
import type { EnvironmentReader } from './environment.ts';
import { projectRoot } from './paths.ts';

/** `dist/console`, found from the sources and from a production build. */
const builtConsole =
  path.basename(projectRoot) === 'dist'
    ? path.join(projectRoot, 'console')
    : path.join(projectRoot, 'dist', 'console');

/** 稳定性平台 (wpk), which H5 pages on 浙政钉 must carry. */
export interface StabilityConfig {
  /** The app's id there; comes with the approval. */
  bid: string;
  /** Where the reporter's script is. */
  scriptUrl: string;
  /** 浙政钉's own gateway; null: the public one. */
  gateway: string | null;
  signKey: string | null;
  /** Origins that the reporter sends to. */
  uploadOrigins: readonly string[];
}

export interface ConsoleConfig {
  appName: string;
  /** Where the pages are built. */
  folder: string;
  /** The address of Vite's server under `npm run dev`, without a slash at the end; null for built pages. */
  viteUrl: string | null;
  /** The text of the badge in the header; null in production. */
  environment: '开发' | '测试' | null;
  /** Null for none in the page. */
  stability: StabilityConfig | null;
}

const environments = { development: '开发', test: '测试', production: null } as const;

/**
 * The public service, by the guide (section 8): the script's address, and the hosts that it says must resolve;
 * newer reporters send to the third.
 */
const publicService = {
  scriptUrl: 'https://g.alicdn.com/woodpeckerx/jssdk/wpkReporter.js',
  uploadOrigins: ['https://px.ucweb.com', 'https://px-intl.ucweb.com', 'https://px.effirst.com'],
} as const;

/** Where 浙政钉's own gateway keeps the script. */
const gatewayScript = '/static/wpk-jssdk.1.0.2/wpkReporter.js';
const gatewayExample = 'https://wpkgate-emas.ding.zj.gov.cn';

/** Reads the console's settings; complains to `reader` about wrong ones. */
export function readConsole(
  reader: EnvironmentReader,
  environment: keyof typeof environments,
): ConsoleConfig {
  return {
    appName: reader.optional('APP_NAME') ?? '政务应用',
    folder: builtConsole,
    viteUrl: null,
    environment: environments[environment],
    stability: readStability(reader, environment === 'production'),
  };
}

function readStability(reader: EnvironmentReader, production: boolean): StabilityConfig | null {
  const bid = reader.optional('WPK_BID');
  const gateway =
    reader.optional('WPK_GATEWAY') === null ? null : reader.url('WPK_GATEWAY', null, gatewayExample);
  const scriptUrl = reader.url(
    'WPK_SCRIPT_URL',
    gateway === null ? publicService.scriptUrl : `${gateway}${gatewayScript}`,
    publicService.scriptUrl,
  );
  const signKey = reader.optional('WPK_SIGN_KEY');
  if (bid === null) return null;
  if (!/^[\w.-]{1,128}$/.test(bid)) {
    reader.complain('WPK_BID', '应为上架审批后平台给的 bid：字母、数字、下划线、点和连字符', 'myapp_zzdpro');
  }
  for (const [variable, url] of [
    ['WPK_GATEWAY', gateway],
    ['WPK_SCRIPT_URL', scriptUrl],
  ] as const) {
    if (production && url !== null && /^http:/i.test(url)) {
      reader.complain(variable, '生产环境必须使用 https 地址', gatewayExample);
    }
  }
  const uploadOrigins = gateway === null ? publicService.uploadOrigins : [originOf(gateway)];
  return { bid, scriptUrl, gateway, signKey, uploadOrigins };
}

/** The origin of a checked address; null for a wrong one, which was reported. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
