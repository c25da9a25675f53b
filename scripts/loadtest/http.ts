/** What a failed `fetch` or file access says, for people; the cause says more than `fetch failed`. */
export function errorText(error: unknown): string {
  const { code = '', name } = rootOf(error);
  if (name === 'TimeoutError') return '等不到应答（超时）';
  const certificate = /^(?:CERT|ERR_TLS|DEPTH|SELF_SIGNED|UNABLE_TO)/.test(code);
  return known[code] ?? (certificate ? `证书不对（${code}）` : code || String(error));
}

function rootOf(error: unknown): { code?: string; name?: string } {
  if (typeof error !== 'object' || error === null) return {};
  return 'cause' in error && typeof error.cause === 'object' && error.cause !== null ? error.cause : error;
}

const known: Readonly<Record<string, string>> = {
  ECONNREFUSED: '对方没有监听这个端口（ECONNREFUSED）',
  ECONNRESET: '连接被对方断开（ECONNRESET）',
  ENOTFOUND: '域名解析不到（ENOTFOUND）',
  EAI_AGAIN: '域名解析失败（EAI_AGAIN）',
  ETIMEDOUT: '连接超时（ETIMEDOUT）',
  UND_ERR_CONNECT_TIMEOUT: '连接超时',
  ENOENT: '没有这个文件',
  EACCES: '没有权限',
  EISDIR: '这是文件夹',
};
