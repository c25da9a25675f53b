import { randomUUID } from 'node:crypto';
import { ApiFailure, type ApiFamily } from './api.ts';
import { emulatedApps } from './credentials.ts';
import { type Answer, isRecord, stringly } from './http.ts';
import { signatureFault, zhezhengdingParams } from './zhezhengding-signature.ts';

/** 浙政钉's gateway: every request is signed; the outcome is in `content.responseCode`. */
export const zhezhengding: ApiFamily = {
  platform: 'zhezhengding',
  gate(request, state) {
    const fault = signatureFault(request, state, emulatedApps.zhezhengding);
    if (fault !== null) throw new ApiFailure('OPF-B001-05-16-0009', `SignatureDoesNotMatch: ${fault}`);
  },
  token: (request) => zhezhengdingParams(request).get('access_token'),
  failure(name) {
    switch (name) {
      case 'token-expired':
        return new ApiFailure('240133', '应用accessToken失效或不存在');
      case 'code-invalid':
        return new ApiFailure('240111', 'code失效或不存在');
      case 'ip-not-whitelisted':
      case 'no-permission':
        return new ApiFailure('240132', 'forbidden');
      case 'busy':
        return new ApiFailure('-1', '系统繁忙');
      case 'wrong-method':
        return new ApiFailure('-1', '请求方法不对');
      case 'qps':
        return null;
    }
  },
  render(failure) {
    if (failure.code.startsWith('OPF-')) {
      return {
        status: failure.status ?? 403,
        body: {
          Code: failure.code,
          Message: failure.message,
          _RequestId: requestId(),
          bizErrorCode: failure.code,
          ...failure.more,
        },
      };
    }
    return {
      status: failure.status ?? 200,
      body: {
        success: true,
        content: {
          success: false,
          requestId: requestId(),
          responseMessage: failure.message,
          responseCode: failure.code,
          bizErrorCode: failure.code,
          ...failure.more,
        },
        bizErrorCode: '0',
      },
    };
  },
  errorCode(answer) {
    if (!isRecord(answer.body)) return null;
    if (typeof answer.body.Code === 'string') return answer.body.Code;
    const content = answer.body.content;
    const code = isRecord(content) ? content.responseCode : undefined;
    return code === undefined || code === '0' ? null : String(code);
  },
  hollow: () => ({ success: true, content: { success: true, responseMessage: 'OK', responseCode: '0' } }),
  /** Ids as text, and without the inner `success`: real answers of some APIs lack it. */
  loosen(body) {
    if (!isRecord(body) || !isRecord(body.content)) return body;
    const { success: _left, data, ...rest } = body.content;
    return { ...body, content: { ...rest, data: isRecord(data) ? stringly(data) : data } };
  },
};

/** A success of 浙政钉; `data` is left out where there is none. */
export function success(data: unknown): Answer {
  return {
    status: 200,
    body: {
      success: true,
      content: {
        ...(data === undefined ? {} : { data }),
        success: true,
        requestId: requestId(),
        responseMessage: 'OK',
        responseCode: '0',
        bizErrorCode: '0',
      },
      bizErrorCode: '0',
    },
  };
}

function requestId(): string {
  return randomUUID().replaceAll('-', '');
}
