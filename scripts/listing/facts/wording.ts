import type { Listing } from '../listing.ts';
import { isMissing, valueAt } from './facts.ts';

/** Chinese words for the values of listing.yaml, for papers and questions. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'app.platform': { zhezhengding: '浙政钉', dingtalk: '钉钉' },
  'app.forms': { miniprogram: '小程序', h5: 'H5 微应用' },
  'scope.users': { 'own-line': '本单位条线内', beyond: '超出本单位' },
  'scope.contacts': {
    none: '不需要通讯录权限',
    'own-line': '本单位条线内的通讯录',
    beyond: '超出本单位的通讯录',
  },
  'scope.applicant': { owner: '业主单位', 'big-data-bureau': '所在地大数据局代为发起' },
  'domain.belongsTo': { owner: '业主单位', authority: '大数据局', vendor: '服务商' },
};

/** The Chinese words of a fact's values, by value; empty where it has none of its own. */
export const wordsOf = (path: string): Readonly<Record<string, string>> => words[path] ?? {};

/** A fact as it stands on paper; null while it is not known. */
export function wordingOf(listing: Listing, path: string): string | null {
  if (isMissing(listing, path)) return null;
  const value = valueAt(listing, path);
  return Array.isArray(value) ? value.map((item) => wordOf(path, item)).join('、') : wordOf(path, value);
}

function wordOf(path: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (isEndpoint(value)) return `${value.host}:${value.port}`;
  const text = String(value).trim();
  return wordsOf(path)[text] ?? text;
}

function isEndpoint(value: unknown): value is { host: string; port: number } {
  return typeof value === 'object' && value !== null && 'host' in value && 'port' in value;
}
