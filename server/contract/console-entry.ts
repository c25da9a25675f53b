/** Data in the page's HTML, for everybody; without secrets. */
export interface ConsoleEntry {
  appName: string;
  /** `开发` or `测试`; null in production. */
  environment: string | null;
  /** The platform of this H5 app. */
  platform: 'dingtalk' | 'zhezhengding';
  /** The corpId for DingTalk's code call; null on 浙政钉. */
  corpId: string | null;
  version: string;
}
