// The bridges of DingTalk's clients on phones and PCs, and the only call that is used.
import 'dingtalk-jsapi/entry/union';
// Imported by name, because bundlers differ about the module's default export.
import { requestAuthCode$ } from 'dingtalk-jsapi/api/runtime/permission/requestAuthCode';

/** @param corpId of the app's organisation. */
export async function requestDingTalkCode(corpId: string): Promise<string | undefined> {
  const { code } = await requestAuthCode$({ corpId });
  return code;
}
