// The bridges of DingTalk's clients on phones and PCs; then the one call that is used.
import 'dingtalk-jsapi/entry/union';
// By its name: what the module's default is, is told differently by bundlers.
import { requestAuthCode$ } from 'dingtalk-jsapi/api/runtime/permission/requestAuthCode';

/** @param corpId of the organisation that the app belongs to. */
export async function requestDingTalkCode(corpId: string): Promise<string | undefined> {
  const { code } = await requestAuthCode$({ corpId });
  return code;
}
