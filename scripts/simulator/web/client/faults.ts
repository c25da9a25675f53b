import { askEmulator } from '../../harness/emulator-codes.ts';
import type { Device, Faults } from '../../runtime/device.ts';

/** A fault that stays until it is switched off. Texts are Chinese and shown in the panel. */
export interface PanelFault {
  id: string;
  group: FaultGroup;
  title: string;
  /** The effect, and what the person should see. */
  effect: string;
  /** On the side of the phone. */
  device?: Partial<Faults>;
  /** The server's address is not on the app's list of HTTP 可信域名. */
  untrusted?: true;
  /** On the side of the platform: a rule for the emulator. */
  emulator?: EmulatorFault;
}

export type FaultGroup = 'network' | 'client' | 'platform';

export interface EmulatorFault {
  kind: string;
  errcode?: number;
}

export const groups: Readonly<Record<FaultGroup, { title: string; note: string }>> = {
  network: { title: '手机与网络', note: '马上生效，下一次请求就会遇到。' },
  client: { title: '客户端取码', note: '只在登录时遇到。' },
  platform: { title: '平台接口', note: '服务端调用平台时遇到，也只在登录时。' },
};

export const faults: readonly PanelFault[] = [
  {
    id: 'no-network',
    group: 'network',
    title: '没有网络',
    effect: '请求发不出去，错误 12；也取不到免登码。应提示检查网络。',
    device: { noNetwork: true },
  },
  {
    id: 'slow-network',
    group: 'network',
    title: '网络很慢',
    effect: '每个请求多等 3 秒。等待时应有骨架屏，不能空白。',
    device: { slowNetworkMs: 3_000 },
  },
  {
    id: 'request-timeout',
    group: 'network',
    title: '请求超时',
    effect: '应答迟迟不来，错误 13。10 秒后应提示网络太慢。',
    device: { slowNetworkMs: 30_000 },
  },
  {
    id: 'server-down',
    group: 'network',
    title: '服务端没有启动',
    effect: '取得到免登码，但服务端连接不上，错误 12。',
    device: { serverDown: true },
  },
  {
    id: 'html-answer',
    group: 'network',
    title: '返回 HTML 页面',
    effect: '上网认证页或网关拦截，错误 14。应提示先登录网络。',
    device: { htmlAnswer: true },
  },
  {
    id: 'untrusted-domain',
    group: 'network',
    title: '域名没有登记',
    effect: '服务端域名不在“HTTP 可信域名”里，错误 11。',
    untrusted: true,
  },
  {
    id: 'storage-broken',
    group: 'network',
    title: '本地存储坏了',
    effect: '读写存储都失败。应照常登录，只是下次要重新登录。',
    device: { storageBroken: true },
  },
  {
    id: 'code-error',
    group: 'client',
    title: '客户端不给免登码',
    effect: 'dd.getAuthCode 失败，错误 3。',
    device: { authCodeError: 3 },
  },
  {
    id: 'code-hangs',
    group: 'client',
    title: '免登码一直不来',
    effect: '客户端既不成功也不失败。8 秒后应提示超时。',
    device: { authCodeHangs: true },
  },
  {
    id: 'code-refused',
    group: 'client',
    title: '免登码被拒绝',
    effect: '平台不认这个码，服务端回 401。应换新码再试一次。',
    device: { authCodeInvalid: true },
  },
  {
    id: 'platform-timeout',
    group: 'platform',
    title: '平台不应答',
    effect: '服务端 5 秒后放弃，回 504。',
    emulator: { kind: 'timeout' },
  },
  {
    id: 'platform-reset',
    group: 'platform',
    title: '平台断开连接',
    effect: '连接被重置，服务端回 502。',
    emulator: { kind: 'reset' },
  },
  {
    id: 'platform-html',
    group: 'platform',
    title: '平台返回拦截页',
    effect: '防火墙给的 HTML。服务端回 502，随后几秒不再打扰平台，直接回 503。',
    emulator: { kind: 'html' },
  },
  {
    id: 'platform-busy',
    group: 'platform',
    title: '平台系统繁忙',
    effect: '平台错误码“系统繁忙”，服务端回 503，应提示稍后再试。',
    emulator: { kind: 'errcode' },
  },
  {
    id: 'ip-not-whitelisted',
    group: 'platform',
    title: 'IP 不在白名单',
    effect: '服务端回 500；它的日志写明要登记哪个 IP。',
    emulator: { kind: 'ip-not-whitelisted' },
  },
  {
    id: 'no-api-permission',
    group: 'platform',
    title: '没有接口权限',
    effect: '应用没有开通通讯录权限，服务端回 500。',
    emulator: { kind: 'no-permission' },
  },
  {
    id: 'token-expired',
    group: 'platform',
    title: '应用凭证总被拒绝',
    effect: '换了新凭证仍被拒。服务端只换一次，回 502。',
    emulator: { kind: 'token-expired' },
  },
];

/** Makes the phone have these faults and no others. */
export function applyToDevice(device: Device, active: readonly PanelFault[]): void {
  device.faults = Object.assign({}, ...active.map((fault) => fault.device));
  device.trustedHosts = active.some((fault) => fault.untrusted) ? [] : undefined;
}

/** Makes the emulator have these faults and no others. @throws Error when it refuses one, or does not answer */
export async function applyToEmulator(emulator: string, active: readonly PanelFault[]): Promise<void> {
  await askEmulator(emulator, 'faults/clear');
  for (const fault of active) {
    if (fault.emulator) await askEmulator(emulator, 'faults', { path: '*', times: 0, ...fault.emulator });
  }
}
