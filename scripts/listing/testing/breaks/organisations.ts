import type { Break } from './break.ts';

/** What mixes test and production. */
export const organisationsBreaks: readonly Break[] = [
  [
    'one organisation for both',
    (h) => {
      h.listing.organisations.test = 'ding0000formal';
    },
    { 'credentials-apart': 'fail' },
  ],
  [
    'production in the test organisation',
    (h) => {
      h.env.DINGTALK_CORP_ID = 'ding0000test';
    },
    { 'credentials-apart': 'fail' },
  ],
  [
    'development in the production organisation',
    (h) => {
      h.developmentEnv.DINGTALK_CORP_ID = 'ding0000formal';
    },
    { 'no-test-on-production': 'fail' },
  ],
  [
    'a server that would start in the production organisation',
    (h) => {
      h.developmentEnv.PRODUCTION_ORGANISATIONS = '';
    },
    { 'no-test-on-production': 'fail' },
  ],
  [
    'development on 浙政钉’s production platform',
    (h) => {
      h.developmentEnv.ZHEZHENGDING_BASE_URL = 'https://openplatform-pro.ding.zj.gov.cn';
    },
    { 'no-test-on-production': 'fail' },
  ],
  [
    'one app’s key and secret for both',
    (h) => {
      h.developmentEnv.DINGTALK_APP_KEY = 'dingformal';
      h.developmentEnv.DINGTALK_APP_SECRET = 'formal-secret';
    },
    { 'credentials-apart': 'fail' },
  ],
  [
    'production’s secret of the other platform in development',
    (h) => {
      h.env.ZHEZHENGDING_APP_SECRET = 'formal-secret';
      h.developmentEnv.ZHEZHENGDING_APP_SECRET = 'formal-secret';
    },
    { 'credentials-apart': 'fail' },
  ],
];
