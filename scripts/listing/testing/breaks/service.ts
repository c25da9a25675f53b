import { guideCode } from '../live.ts';
import { bid, page, send } from '../system.ts';
import type { Break } from './break.ts';

/** What breaks the running service: its pages, the stability code in them, sign-in and sessions. */
export const serviceBreaks: readonly Break[] = [
  [
    'a host of the stability platform that does not resolve',
    (h) => void h.system.connect.delete('px.ucweb.com:443'),
    { 'stability-hosts': 'fail' },
  ],
  [
    'a page without the code',
    (h) => void h.system.answers.set('/console', send(200, page())),
    { 'stability-code': 'fail' },
  ],
  [
    'another bid',
    (h) => {
      h.listing.stability.bid = 'dta_1_other';
    },
    { 'stability-code': 'fail' },
  ],
  [
    'spa not set',
    (h) => void h.system.answers.set('/console', send(200, page(guideCode(bid, 'spa: false')))),
    { 'stability-code': 'fail' },
  ],
  [
    'a policy that stops the upload',
    (h) =>
      void h.system.headers.set(
        'content-security-policy',
        "script-src 'self' 'unsafe-inline' https://g.alicdn.com; connect-src 'self' https://px.ucweb.com",
      ),
    { 'stability-allowed': 'fail' },
  ],
  [
    'a policy that stops the script',
    (h) => void h.system.headers.set('content-security-policy', "default-src 'self' https://*.ucweb.com"),
    { 'stability-allowed': 'fail' },
  ],
  [
    'an H5 page that is missing',
    (h) => void h.system.answers.set('/console', send(502, '坏了')),
    { 'h5-live': 'fail', 'stability-code': 'fail' },
  ],
  [
    'an H5 page that is white without scripts',
    (h) =>
      void h.system.answers.set('/console', send(200, page(guideCode(bid)).replace('正在打开工单助手', ''))),
    { 'h5-live': 'fail' },
  ],
  [
    'an H5 page whose script is missing',
    (h) => void h.system.answers.set('/console/assets/index-1.js', send(404, '')),
    { 'h5-live': 'fail' },
  ],
  [
    'a database that is away',
    (h) => void h.system.answers.set('/readyz', send(503, {})),
    { 'service-ready': 'fail' },
  ],
  [
    'a platform that is down',
    (h) => void h.system.server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' }),
    { 'signin-live': 'fail' },
  ],
  [
    'a sign-in that takes any code',
    (h) => void h.system.answers.set('/api/auth/login', send(200, { outcome: 'signed-in' })),
    { 'signin-live': 'fail' },
  ],
  [
    'a gateway that answers for the session',
    (h) => void h.system.answers.set('/api/me', send(200, { user: {} })),
    { 'session-live': 'fail' },
  ],
  [
    'a gateway that rewrites 401',
    (h) => void h.system.answers.set('/api/me', send(401, '<h1>401</h1>')),
    { 'session-live': 'fail' },
  ],
  [
    'no binding',
    (h) => void h.system.answers.set('/api/auth/bind', send(404, '没有')),
    { 'binding-live': 'fail' },
  ],
  [
    'a gateway that forwards nothing to the application',
    (h) => {
      for (const path of ['/readyz', '/api/me']) h.system.answers.set(path, send(404, '没有'));
    },
    { 'service-ready': 'unknown', 'session-live': 'fail' },
  ],
];
