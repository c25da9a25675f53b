import { type Api, ApiFailure } from './api.ts';
import { emulatedApps } from './credentials.ts';
import { type ApiRequest, isRecord } from './http.ts';
import { type EmulatedPerson, people } from './people.ts';
import { appTokenLifeSeconds } from './state.ts';
import { success, zhezhengding } from './zhezhengding-family.ts';
import { zhezhengdingParams } from './zhezhengding-signature.ts';

const app = emulatedApps.zhezhengding;
const realmId = Number(app.tenantId);

/** The organisation's own members: what the contacts APIs can see. */
const members = people.filter((person) => person.standing === 'member');

function account(person: EmulatedPerson): Record<string, unknown> {
  return {
    accountId: Number(person.id),
    account: person.key,
    lastName: person.name,
    nickNameCn: person.name,
    ...(person.employeeCode === null ? {} : { employeeCode: person.employeeCode }),
    clientId: app.appKey,
    namespace: 'local',
    realmId,
    realmName: '模拟组织',
    tenantUserId: `${realmId}$${person.id}`,
    openid: `emulated-openid-${person.key}`,
  };
}

/** Reads the parameters and refuses another tenant than the app's. */
export function tenantParams(request: ApiRequest): URLSearchParams {
  const params = zhezhengdingParams(request);
  if (param(params, 'tenantId') !== app.tenantId) throw new ApiFailure('240132', 'forbidden: tenantId');
  return params;
}

/** A parameter; an ApiFailure when it is missing. */
export function param(params: URLSearchParams, name: string): string {
  const value = params.get(name) ?? '';
  if (value === '') throw new ApiFailure('-1', `缺少参数 ${name}`);
  return value;
}

const contactsApi = {
  family: zhezhengding,
  method: 'any',
  role: 'other',
  appToken: 'optional',
  scope: '通讯录',
} as const;

/** Sign-in and contacts of 浙政钉. */
export const zhezhengdingApis: readonly Api[] = [
  {
    family: zhezhengding,
    method: 'any',
    path: '/gettoken.json',
    role: 'token',
    appToken: 'none',
    scope: '',
    handle(request, state) {
      const params = zhezhengdingParams(request);
      if (params.get('appkey') !== app.appKey || params.get('appsecret') !== app.appSecret) {
        throw new ApiFailure('OPF-B001-05-16-0009', 'SignatureDoesNotMatch: appkey or appsecret differs');
      }
      return success({ accessToken: state.appToken('zhezhengding'), expiresIn: String(appTokenLifeSeconds) });
    },
  },
  {
    family: zhezhengding,
    method: 'POST',
    path: '/rpc/oauth2/dingtalk_app_user.json',
    role: 'exchange',
    appToken: 'required',
    scope: '免登',
    inOtherOrganisation(body) {
      if (!isRecord(body) || !isRecord(body.content) || !isRecord(body.content.data)) return body;
      const { data } = body.content;
      const other = realmId + 1;
      return {
        ...body,
        content: {
          ...body.content,
          data: {
            ...data,
            realmId: other,
            realmName: '另一个组织',
            tenantUserId: `${other}$${String(data.accountId)}`,
          },
        },
      };
    },
    handle(request, state) {
      const code = zhezhengdingParams(request).get('auth_code') ?? '';
      const person = code === '' ? null : state.redeem(code, 'zhezhengding');
      if (person === null) throw new ApiFailure('240111', 'code失效或不存在');
      // No document names a code for people who left or whom the app may not see; 240132 is the only refusal
      // that is about the caller's rights.
      if (person.standing !== 'member') throw new ApiFailure('240132', 'forbidden');
      return success(account(person));
    },
  },
  {
    ...contactsApi,
    path: '/mozi/employee/get_by_mobile',
    handle(request) {
      const mobile = param(tenantParams(request), 'mobile');
      const found = members.find((person) => person.mobile === mobile);
      return success(found?.employeeCode ? { employeeCode: found.employeeCode } : undefined);
    },
  },
  {
    ...contactsApi,
    path: '/mozi/employee/listEmployeeAccountIds',
    handle(request) {
      const codes = tenantParams(request).getAll('employeeCodes');
      if (codes.length === 0 || codes.length > 100) throw new ApiFailure('-1', 'employeeCodes: 1–100 个');
      const found = members.filter(
        (person) => person.employeeCode !== null && codes.includes(person.employeeCode),
      );
      return success(
        found.map((person) => ({
          accountId: Number(person.id),
          accountCode: person.key,
          accountNamespace: 'local',
          employeeCode: person.employeeCode,
        })),
      );
    },
  },
  {
    ...contactsApi,
    path: '/mozi/employee/getEmployeeByCode',
    handle(request) {
      const code = param(tenantParams(request), 'employeeCode');
      const found = members.find((person) => person.employeeCode === code);
      return success(found && { employeeCode: code, employeeName: found.name, empGender: '9', status: 'A' });
    },
  },
];
