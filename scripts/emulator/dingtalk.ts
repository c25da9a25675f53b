import { type Api, ApiFailure } from './api.ts';
import { emulatedApps } from './credentials.ts';
import { oapi, oapiParams, ok, required, v1, v1Params } from './dingtalk-family.ts';
import { type EmulatedPerson, people } from './people.ts';
import { appTokenLifeSeconds } from './state.ts';

const app = emulatedApps.dingtalk;

/** Departments are numbered in the order in which the people name them; 1 is the root. */
const departments = [...new Set(people.map((person) => person.department))];

function userDetail(person: EmulatedPerson, withMobile: boolean): Record<string, unknown> {
  return {
    userid: person.id,
    unionid: person.unionId,
    name: person.name,
    dept_id_list: [departments.indexOf(person.department) + 2],
    active: true,
    senior: person.isSuperExecutive,
    admin: person.sysLevel === 1 || person.sysLevel === 2,
    boss: person.sysLevel === 100,
    hide_mobile: person.isSuperExecutive,
    job_number: '',
    title: person.title,
    ...(withMobile && person.mobile !== null ? { mobile: person.mobile } : {}),
  };
}

const noSuchUser = () => new ApiFailure('60121', '找不到该用户');

/** Refuses people whom an API cannot see, with the codes of the document's table. */
export function assertVisible(person: EmulatedPerson): void {
  if (person.standing === 'left') throw noSuchUser();
  if (person.standing === 'out-of-range') throw new ApiFailure('40079', '不在应用的授权范围内');
}

/** Sign-in and contacts of DingTalk. */
export const dingtalkApis: readonly Api[] = [
  {
    family: v1,
    method: 'POST',
    path: '/v1.0/oauth2/accessToken',
    role: 'token',
    appToken: 'none',
    scope: '',
    handle(request, state) {
      const params = v1Params(request);
      if (params.appKey !== app.appKey || params.appSecret !== app.appSecret) {
        throw new ApiFailure('invalidClientIdOrSecret', '无效的clientId或者clientSecret', 400);
      }
      return {
        status: 200,
        body: { accessToken: state.appToken('dingtalk'), expireIn: appTokenLifeSeconds },
      };
    },
  },
  {
    family: oapi,
    method: 'GET',
    path: '/gettoken',
    role: 'token',
    appToken: 'none',
    scope: '',
    handle(request, state) {
      if (request.query.get('appkey') !== app.appKey || request.query.get('appsecret') !== app.appSecret) {
        throw new ApiFailure('40089', '不合法的corpid或corpsecret');
      }
      return ok({ access_token: state.appToken('dingtalk'), expires_in: appTokenLifeSeconds });
    },
  },
  {
    family: oapi,
    method: 'POST',
    path: '/topapi/v2/user/getuserinfo',
    role: 'exchange',
    appToken: 'required',
    scope: 'qyapi_get_member',
    handle(request, state) {
      const code = required(oapiParams(request), 'code');
      const person = state.redeem(code, 'dingtalk');
      if (person === null) throw new ApiFailure('40078', '不存在的临时授权码');
      assertVisible(person);
      return ok({
        result: {
          userid: person.id,
          unionid: person.unionId,
          associated_unionid: `${person.unionId}-associated`,
          device_id: 'emulated-device',
          sys: person.sysLevel === 1 || person.sysLevel === 2,
          sys_level: person.sysLevel,
          name: person.name,
        },
      });
    },
  },
  {
    family: oapi,
    method: 'POST',
    path: '/topapi/v2/user/get',
    role: 'other',
    appToken: 'required',
    scope: 'qyapi_get_member',
    handle(request, state) {
      const id = required(oapiParams(request), 'userid');
      const person = people.find((one) => one.id === id);
      if (!person) throw noSuchUser();
      assertVisible(person);
      return ok({ result: userDetail(person, state.mobilePermission) });
    },
  },
  {
    family: oapi,
    method: 'POST',
    path: '/topapi/v2/user/getbymobile',
    role: 'other',
    appToken: 'required',
    scope: 'qyapi_get_member_by_mobile',
    handle(request) {
      const mobile = required(oapiParams(request), 'mobile');
      if (!/^\d{11}$/.test(mobile)) throw new ApiFailure('40104', '无效的手机号码');
      const person = people.find((one) => one.mobile === mobile);
      if (!person) throw noSuchUser();
      assertVisible(person);
      return ok({ result: { userid: person.id } });
    },
  },
];
