import { randomUUID } from 'node:crypto';
import { ApiFailure, type ApiFamily } from './api.ts';
import { type Answer, type ApiRequest, header, isRecord, jsonObject, stringly } from './http.ts';

/** The IP that the emulated platform says the caller has (a documentation range). */
const callerIp = '203.0.113.9';

/** DingTalk's older APIs (`/gettoken`, `/topapi/…`): HTTP 200 with an `errcode`, token in the query. */
export const oapi: ApiFamily = {
  platform: 'dingtalk',
  gate() {},
  token: (request) => request.query.get('access_token'),
  failure(name, api) {
    switch (name) {
      case 'token-expired':
        return new ApiFailure('40014', '不合法的access_token');
      case 'code-invalid':
        return new ApiFailure('40078', '不存在的临时授权码');
      case 'ip-not-whitelisted':
        return new ApiFailure('60020', `访问ip不在白名单之中,request ip=${callerIp}`);
      case 'no-permission':
        return new ApiFailure('60011', `没有调用该接口的权限，应用尚未开通所需的权限：[${api.scope}]`);
      case 'busy':
        return new ApiFailure('-1', '系统繁忙');
      case 'wrong-method':
        return api.method === 'GET'
          ? new ApiFailure('43001', '需要GET请求')
          : new ApiFailure('43002', '需要POST请求');
      case 'qps':
        return new ApiFailure('90018', '您的服务器调用钉钉开放平台接口在当前1秒内超过了QPS限制');
    }
  },
  render: (failure) => ({
    status: failure.status ?? 200,
    body: {
      errcode: Number(failure.code),
      errmsg: failure.message,
      request_id: requestId(),
      ...failure.more,
    },
  }),
  errorCode(answer) {
    const code = isRecord(answer.body) ? answer.body.errcode : null;
    return code === 0 || code === undefined || code === null ? null : String(code);
  },
  hollow: () => ({ errcode: 0, errmsg: 'ok', request_id: requestId() }),
  loosen: (body) =>
    isRecord(body) && isRecord(body.result) ? { ...body, result: stringly(body.result) } : body,
};

/** DingTalk's newer APIs (`/v1.0/…`): HTTP 4xx with `{code, requestid, message}`, token in a header. */
export const v1: ApiFamily = {
  platform: 'dingtalk',
  gate() {},
  token: (request) => header(request, 'x-acs-dingtalk-access-token'),
  failure(name, api) {
    switch (name) {
      case 'token-expired':
        return new ApiFailure('InvalidAuthentication', '不合法的access_token', 400);
      case 'ip-not-whitelisted':
        return new ApiFailure(
          'Forbidden.AccessDenied.IpNotInWhiteList',
          `访问ip不在白名单之中,request ip=${callerIp}`,
          403,
        );
      case 'no-permission':
        return new ApiFailure(
          'Forbidden.AccessDenied.AccessTokenPermissionDenied',
          `应用尚未开通所需的权限：[${api.scope}]`,
          403,
          { accessdenieddetail: { requiredScopes: [api.scope] } },
        );
      case 'busy':
        return new ApiFailure('ServiceUnavailable', '系统繁忙', 503);
      case 'qps':
        return new ApiFailure('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', '超过了QPS限制', 403);
      case 'wrong-method':
        return unknownAction();
      case 'code-invalid':
        return null;
    }
  },
  render: (failure) => ({
    status: failure.status ?? 400,
    body: {
      code: failure.code,
      requestid: randomUUID().toUpperCase(),
      message: failure.message,
      ...failure.more,
    },
  }),
  errorCode(answer) {
    const code = isRecord(answer.body) ? answer.body.code : null;
    return typeof code === 'string' ? code : null;
  },
  hollow: () => ({}),
  loosen: (body) => (isRecord(body) ? stringly(body) : body),
};

/** The newer APIs' failure for a path, or a method of one, that does not exist. */
export function unknownAction(): ApiFailure {
  const message = 'Specified api is not found, please check your url and method.';
  return new ApiFailure('InvalidAction.NotFound', message, 404);
}

/** A success of the older APIs. */
export function ok(more: Record<string, unknown>): Answer {
  return { status: 200, body: { errcode: 0, errmsg: 'ok', ...more, request_id: requestId() } };
}

/** The parameters of a newer API: a JSON object. */
export function v1Params(request: ApiRequest): Record<string, unknown> {
  const params = request.contentType === 'application/json' ? jsonObject(request.body) : null;
  if (params === null) {
    throw new ApiFailure('invalidParameter', '请求体要是 JSON 对象，Content-Type 要是 application/json', 400);
  }
  return params;
}

/** The parameters of an older API: a JSON object or a form. */
export function oapiParams(request: ApiRequest): Record<string, unknown> {
  if (request.contentType === 'application/x-www-form-urlencoded') {
    return Object.fromEntries(new URLSearchParams(request.body));
  }
  const params = request.contentType === 'application/json' ? jsonObject(request.body) : null;
  if (params === null) {
    throw new ApiFailure(
      '40035',
      '不合法的参数：请求体要是 JSON 对象（Content-Type 为 application/json）或表单',
    );
  }
  return params;
}

/** A parameter as text (numbers too: clients send ids either way); an ApiFailure when it is missing. */
export function required(params: Record<string, unknown>, name: string): string {
  const value = params[name];
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '') throw new ApiFailure('40035', `不合法的参数：缺少 ${name}`);
  return text;
}

function requestId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 12);
}
