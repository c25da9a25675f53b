import { at, sourceLines } from '../facts/source.ts';
import { chapter, fail, notApplicable, pass } from '../rule.ts';

/** The drivers, the outbox and the operator's command: they send a DING only where other code asks for it. */
const machinery = /^server\/(?:platform|messages|commands)\//;
const sendsDing = /\bkind:\s*['"]DING['"]|\bsendDing\(/;
const standardDing = /\/robot\/ding\/send|corpconversation\/.*ding/i;

const platformHost = /https?:\/\/(?:o?api\.dingtalk\.com|openplatform[\w.-]*\.(?:dg-work\.cn|zj\.gov\.cn))/;
const platformPath =
  /['"`]\/(?:topapi|v1\.0\/(?:oauth2|robot|contact)|rpc\/oauth2|mozi|gov\/ding|message\/workNotification|gettoken)\b/;

const calling = /\b(?:fetch|request|get|post|call)\w*\(/i;

/** Global names of other containers: WeChat, Alipay, Baidu, ByteDance, QQ, Kuaishou, uni-app. */
const foreignGlobal = /(?<![\w.'"$])(wx|my|swan|tt|qq|ks|uni)\.\w/;
const foreignPackage =
  /^(?:weixin-js-sdk|jweixin(?:-\w+)*|wechat(?:-[\w-]+)?|@wecom\/.+|wecom-sdk.*|@larksuite.*|feishu.*|alipayjsapi|alipay-sdk|@dcloudio\/.+|@tarojs\/.+)$/;

export const interfaces = chapter('1', [
  {
    id: 'standard-api-first',
    kind: 'own',
    title: '钉钉标准接口能满足需求的用标准接口，满足不了的才用“浙政钉”接口。',
    sentence:
      '请先查阅钉钉开放平台的标准接口，如果能满足业务需求，则直接使用，如果无法满足需求，则继续查看“浙政钉”接口',
    how: '看 listing.yaml 的平台；用“浙政钉”接口又不发 DING 的，回答 answers.standard-api-first。',
    remedy: '对照钉钉开放平台的接口文档；能满足的把 PLATFORM 改成 dingtalk，不能的在 note 里写明原因。',
    facts: ['app.platform', 'app.sendsDing'],
    question: {
      ask: '是否已确认钉钉标准接口满足不了需求，所以用“浙政钉”接口（在 note 里写哪些需求）？',
      evidence: null,
    },
    check({ listing }, answer) {
      const { platform, sendsDing: sends } = listing.app;
      if (platform === 'dingtalk') return pass('使用钉钉标准接口。');
      if (sends === true) return pass('服务端要发 DING，指南规定必须用“浙政钉”接口。');
      return answer();
    },
  },
  {
    id: 'ding-through-zhezhengding',
    kind: 'required',
    title: '服务端发送 DING 消息，必须使用“浙政钉”接口。',
    sentence: '如果涉及到服务端发送 ding 消息，则必须使用“浙政钉”接口',
    how: '读 listing.yaml 和生产配置，并在 server/ 的代码里找发 DING 的地方和钉钉标准的 DING 接口。',
    remedy:
      '把 PLATFORM 设为 zhezhengding，填 ZHEZHENGDING_DING_CREATOR，代码里用 server/messages 的 enqueue 发送，不直接调用接口。',
    facts: ['app.platform', 'app.sendsDing'],
    async check({ listing, env, files }) {
      const source = await sourceLines(files, 'server');
      const sending = source
        .filter(({ file, text }) => !machinery.test(file) && sendsDing.test(text))
        .map(at);
      const around = source.filter(
        ({ file, text }) => !/^server\/(?:platform|console)\//.test(file) && standardDing.test(text),
      );
      if (around.length > 0) return fail('代码直接调用了钉钉标准的 DING 接口。', around.map(at));
      if (listing.app.sendsDing !== true) {
        return sending.length === 0
          ? notApplicable('服务端不发 DING。')
          : fail(
              'listing.yaml 说不发 DING（app.sendsDing: false），代码里却发了。',
              sending,
              '要发就把 app.sendsDing 改成 true，并按“浙政钉”接口配置；不发就删掉这些代码。',
            );
      }
      if (listing.app.platform !== 'zhezhengding' || env.PLATFORM?.trim() !== 'zhezhengding') {
        return fail('应用要发 DING，但平台不是浙政钉。', [
          `listing.yaml：app.platform 是 ${listing.app.platform}`,
          `生产配置：PLATFORM 是 ${env.PLATFORM?.trim() || 'dingtalk（默认）'}`,
        ]);
      }
      return env.ZHEZHENGDING_DING_CREATOR?.trim()
        ? pass('DING 经“浙政钉”接口 /gov/ding/isv/send.json 发送。', sending)
        : fail('应用要发 DING，但生产配置里没有 ZHEZHENGDING_DING_CREATOR（发送人的 accountId）。');
    },
  },
  {
    id: 'api-through-driver',
    kind: 'own',
    title: '调用平台接口只经过平台驱动，小程序里不直接调用。',
    sentence: null,
    how: '在 server/（除 platform、config）和 mini/ 的代码里找两个平台的接口地址。',
    remedy: '把调用移进 server/platform/ 的驱动，业务代码用 Platform 接口；小程序只访问自己的服务端。',
    async check({ files }) {
      const source = [...(await sourceLines(files, 'server')), ...(await sourceLines(files, 'mini'))];
      const found = source.filter(
        ({ file, text }) =>
          !/^server\/(?:platform|config)\//.test(file) &&
          // The server names the platform's paths where it counts calls; the mini program has no use for them at all.
          (platformHost.test(text) ||
            (platformPath.test(text) && (file.startsWith('mini/') || calling.test(text)))),
      );
      return found.length === 0
        ? pass('平台接口只在驱动里调用。')
        : fail('代码绕过平台驱动，直接写了平台接口的地址。', found.map(at));
    },
  },
  {
    id: 'no-foreign-sdk',
    kind: 'own',
    title: '只用钉钉和浙政钉的接口，不用微信等其他平台的 SDK。',
    sentence: '涉及到的接口有 2 套，一套是钉钉开放平台的标准接口，另外一套是“浙政钉”接口。',
    how: '查 package.json 的依赖，以及小程序里的 wx、my、uni 等全局对象。',
    remedy: '删掉其他平台的 SDK，改用 dd 接口（mini/services/dd.ts）。',
    async check({ files }) {
      const { dependencies = {} } = JSON.parse((await files.read('package.json')) ?? '{}') as {
        dependencies?: Record<string, string>;
      };
      const mini = await sourceLines(files, 'mini');
      // A name that the file declares itself does not come from a container.
      const declared = (file: string, name: string) =>
        mini.some(
          (one) => one.file === file && new RegExp(`\\b(?:const|let|var)\\s+${name}\\b`).test(one.text),
        );
      const found = [
        ...Object.keys(dependencies)
          .filter((name) => foreignPackage.test(name))
          .map((name) => `package.json：${name}`),
        ...mini
          .filter(({ file, text }) => {
            const name = foreignGlobal.exec(text)?.[1];
            return name !== undefined && !declared(file, name);
          })
          .map(at),
      ];
      return found.length === 0
        ? pass('依赖和小程序里没有其他平台的 SDK。')
        : fail('用了其他平台的 SDK。', found);
    },
  },
]);
