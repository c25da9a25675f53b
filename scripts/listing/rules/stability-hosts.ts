import { isH5, onlyFor } from '../facts/conditions.ts';
import { h5Pages, readStabilityCode, stabilityHosts } from '../facts/stability.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 8: 「确保该网络能正常解析以下三个域名，否则稳定性数据无法正常上传」. */
export const stabilityHostsResolve: Rule = onlyFor(isH5, {
  id: 'stability-hosts',
  section: '8',
  title: '稳定性平台的域名（g.alicdn.com、px.ucweb.com、px-intl.ucweb.com，或浙政钉网关）能解析。',
  severity: 'must',
  how: '在本机解析这些域名；页面用浙政钉网关时解析网关的域名。请在用户手机所在的网络里检查。',
  remedy: '在用户的网络（政务网 wifi 等）里放行并解析这些域名，请网络管理员处理。',
  async check({ probes }) {
    const page = await probes.https({ path: h5Pages[0] });
    const code = page.ok ? await readStabilityCode(page.answer, probes) : { script: null, gateway: null };
    const hosts = stabilityHosts(code);
    const found = await Promise.all(hosts.map((host) => probes.lookup(host)));
    const evidence = hosts.map((host, at) => {
      const one = found[at];
      return one?.ok === true ? `${host} → ${one.addresses.join('、')}` : `${host}：${one?.reason ?? ''}`;
    });
    const missing = hosts.filter((_host, at) => found[at]?.ok !== true);
    if (missing.length === 0) return pass(`${hosts.length} 个域名都能解析。`, evidence);
    const certain = found.some((one) => !one.ok && one.certain);
    return certain
      ? fail(`解析不了：${missing.join('、')}。`, evidence)
      : unknown(`没有查成：${missing.join('、')}。`, evidence, '换到用户的网络里再检查一次。');
  },
});
