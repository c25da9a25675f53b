import { ApiError } from '../api.ts';

/** A fault in words for a form: what happened, and what support needs to find it. */
export function failureText(error: unknown): { message: string; detail: string } {
  if (!(error instanceof ApiError)) {
    console.error(error);
    return { message: '页面出了点问题，请重试；还不行请联系管理员。', detail: '' };
  }
  const { message, code, requestId } = error;
  return { message, detail: requestId === null ? '' : `错误码 ${code}，请求编号 ${requestId}` };
}
