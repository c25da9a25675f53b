/**
 * What the JavaScript engines of the containers lack (Android V8 6.9, iOS JavaScriptCore, no polyfills), with the
 * way out. Source: DingTalk's list of what mini programs support.
 */

const requestHint = '用 mini/services/request.ts（dd.httpRequest）。';
const pageHint = '小程序没有 DOM：用 setData 和页面跳转。';

/** What is there: the language at ES2017 and what the containers add. Every other free name fails on a phone. */
export const deviceGlobals: ReadonlySet<string> = new Set(
  (
    'undefined NaN Infinity arguments eval Function Object Array String Number Boolean Symbol Math JSON Date RegExp ' +
    'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError Map Set WeakMap WeakSet Promise Proxy ' +
    'Reflect Intl ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array ' +
    'Uint32Array Float32Array Float64Array parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent ' +
    'decodeURI decodeURIComponent escape unescape ' +
    'dd App Page Component getApp getCurrentPages require module exports console ' +
    'setTimeout clearTimeout setInterval clearInterval'
  ).split(' '),
);

/** What SJS has instead of `new Date()` and of patterns written as such. */
export const sjsGlobals: ReadonlySet<string> = new Set(['getDate', 'getRegExp']);

/** Names of other platforms that people reach for, with the way out. */
export const forbiddenGlobals: ReadonlyMap<string, string> = new Map([
  ['globalThis', '把共用的东西放进模块，由 import 引入。'],
  ['window', pageHint],
  ['document', pageHint],
  ['location', pageHint],
  ['navigator', '用 dd.getSystemInfo。'],
  ['fetch', requestHint],
  ['XMLHttpRequest', requestHint],
  ['localStorage', '用 mini/services/dd.ts 的 readStorage / writeStorage。'],
  ['sessionStorage', '用 mini/services/dd.ts 的 readStorage / writeStorage。'],
  ['structuredClone', '自己写出要复制的字段。'],
  ['AbortController', '用标记或序号丢弃过期的结果。'],
  ['URL', '用字符串拼接和 encodeURIComponent。'],
  ['URLSearchParams', '用字符串拼接和 encodeURIComponent。'],
  ['process', '环境差异写在 mini/config/ 里。'],
  ['my', 'my.* 是支付宝的：钉钉和浙政钉用 dd.*。'],
  ['wx', 'wx.* 是微信的：钉钉和浙政钉用 dd.*。'],
]);

/** Functions of built-in objects, as `Object.name`. */
export const forbiddenStatics: ReadonlyMap<string, string> = new Map([
  ['Promise.allSettled', '让每个 Promise 自己 catch，再用 Promise.all。'],
  ['Promise.withResolvers', '用 new Promise((resolve, reject) => …)。'],
  ['Promise.any', '用 Promise.race 或逐个尝试。'],
  ['Object.fromEntries', '用 for 循环逐个赋值。'],
  ['Object.hasOwn', '用 Object.keys(对象).indexOf(键) 或 Object.prototype.hasOwnProperty.call。'],
  ['Object.groupBy', '用 for 循环逐个归类。'],
  ['dd.request', requestHint],
]);

/** Methods by name, whatever they are called on. */
export const forbiddenMethods: ReadonlyMap<string, string> = new Map([
  ['finally', '用 then(完成, 完成)，或在 async 函数里写 try / finally。'],
  ['replaceAll', '用 replace 加带 g 的正则，或 split(…).join(…)。'],
  ['matchAll', '用 exec 循环。'],
  ['flat', '用 concat。'],
  ['flatMap', '用 map 加 concat。'],
  ['findLast', '从后往前用 for 循环找。'],
  ['findLastIndex', '从后往前用 for 循环找。'],
  ['toSorted', '先 slice() 复制，再 sort。'],
  ['toReversed', '先 slice() 复制，再 reverse。'],
  ['toSpliced', '先 slice() 复制，再 splice。'],
  ['at', '用下标：列表[列表.length - 1]。'],
]);
