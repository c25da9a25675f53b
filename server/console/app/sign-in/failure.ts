import { ApiError } from '../api.ts';

/** The text of a fault for a form, with the request's id for support. */
export function failureText(error: unknown): { message: string; detail: string } {
  if (!(error instanceof ApiError)) {
    console.error(error);
    return { message: '页面出了点问题，请重试；还不行请联系管理员。', detail: '' };
  }
  const { message, code, requestId } = error;
  return { message, detail: requestId === null ? '' : `错误码 ${code}，请求编号 ${requestId}` };
}
