/** What the page is told before anybody has signed in; it stands in its HTML, and holds no secret. */
export interface ConsoleEntry {
  appName: string;
  /** `开发` or `测试`; null in production. */
  environment: string | null;
  /** The platform's apps that have this as their H5 entry. */
  platform: 'dingtalk' | 'zhezhengding';
  /** What DingTalk's code call needs; null on 浙政钉. */
  corpId: string | null;
  version: string;
}
