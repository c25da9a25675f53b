import { askForFacts } from '../facts/facts.ts';
import { at, readSource } from '../facts/source.ts';
import { type Context, type Finding, fail, notApplicable, pass, type Rule } from '../rule.ts';

/** The drivers, the outbox and the command of an operator: they can send a DING, but never do by themselves. */
const machinery = /^server\/(platform|messages|commands)\//;
const standardDing = /\/robot\/ding\/send|corpconversation\/.*ding/i;

/** Guide 1: 「如果涉及到服务端发送 ding 消息，则必须使用“浙政钉”接口」. */
export const dingThroughZhezhengding: Rule = {
  id: 'ding-through-zhezhengding',
  section: '1',
  title: '服务端发送 DING 消息，必须使用“浙政钉”接口。',
  severity: 'must',
  how: '读 listing.yaml 和生产配置，并在 server/ 的代码里找发 DING 的地方和钉钉标准的 DING 接口。',
  remedy:
    '把 PLATFORM 设为 zhezhengding，填 ZHEZHENGDING_DING_CREATOR，代码里用 server/messages 的 enqueue 发送，不直接调用接口。',
  async check(context) {
    const asking = askForFacts(context.listing, ['app.platform', 'app.sendsDing']);
    if (asking !== null) return asking;
    const source = await readSource(context.files, 'server');
    const sending = source
      .filter(({ file }) => !machinery.test(file))
      .flatMap(({ file, settings, calls }) =>
        [
          ...settings.filter(({ key, value }) => key === 'kind' && value === 'DING'),
          ...calls.filter(({ name }) => name === 'sendDing'),
        ].map(({ line }) => at({ file, line })),
      );
    const around = source
      .filter(({ file }) => !file.startsWith('server/platform/'))
      .flatMap(({ file, texts }) =>
        texts
          .filter(({ value, given }) => given && standardDing.test(value))
          .map(({ line }) => at({ file, line })),
      );
    if (around.length > 0) return fail('代码绕过平台驱动，直接调用了钉钉标准的 DING 接口。', around);
    return context.listing.app.sendsDing === true ? whenSending(context, sending) : whenNot(sending);
  },
};

function whenSending({ listing, env }: Context, sending: string[]): Finding {
  if (listing.app.platform !== 'zhezhengding' || env.PLATFORM?.trim() !== 'zhezhengding') {
    return fail('应用要发 DING，但平台不是浙政钉。', [
      `listing.yaml：app.platform 是 ${listing.app.platform}`,
      `生产配置：PLATFORM 是 ${env.PLATFORM?.trim() || 'dingtalk（默认）'}`,
    ]);
  }
  if (!env.ZHEZHENGDING_DING_CREATOR?.trim()) {
    return fail('应用要发 DING，但生产配置里没有 ZHEZHENGDING_DING_CREATOR（发送人的 accountId）。');
  }
  return pass('DING 经“浙政钉”接口 /gov/ding/isv/send.json 发送。', sending);
}

function whenNot(sending: string[]): Finding {
  if (sending.length === 0) return notApplicable('服务端不发 DING。');
  return fail(
    'listing.yaml 说不发 DING（app.sendsDing: false），代码里却发了。',
    sending,
    '要发就把 app.sendsDing 改成 true，并按“浙政钉”接口配置；不发就删掉这些代码。',
  );
}
