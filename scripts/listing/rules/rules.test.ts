import { sections } from '../rule.ts';
import { prepareRules } from '../testing/rules.ts';
import { rules } from './index.ts';

/** The rules that need no network and look at listing.yaml and the configuration: met, not met, still unknown. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const subject = prepareRules();
const { check, state, yes, no } = subject;

describe('questions that every app is asked', () => {
  test.each([
    ['production-parameters', false],
    ['test-parameters', false],
    ['development-finished', true],
    ['application-form', false],
    ['materials-handed-over', false],
    ['internal-app', true],
  ] as const)('%s', async (id, withEvidence) => {
    const open = await check(id);
    expect(open.state).toBe('question');
    expect(open.remedy).toContain(`answers.${id}`);
    no(id);
    expect(await state(id)).toBe('fail');
    yes(id, withEvidence);
    expect(await state(id)).toBe('pass');
    if (!withEvidence) return;
    subject.listing.answers[id] = { answer: 'yes', evidence: 'evidence/no-such-file.jpg' };
    expect(await state(id)).toBe('question');
  });
});

describe('questions that only some apps are asked', () => {
  const unified = () => {
    subject.listing.scope.superExecutives = true;
  };
  const h5 = () => {
    subject.listing.app.forms = ['miniprogram', 'h5'];
  };
  const zhezhengding = () => {
    subject.listing.app.platform = 'zhezhengding';
  };
  const exception = () => {
    subject.listing.domain.belongsTo = 'vendor';
    subject.listing.exceptions['domain-owner'] = {
      problem: '使用服务商的域名',
      reason: '没有域名',
      plan: '明年更换',
      risk: '域名到期',
      date: '2026-11-24',
    };
  };
  test.each([
    ['unified-approval', unified, false],
    ['unified-talk-first', unified, true],
    ['super-executive-trial', unified, true],
    ['super-executive-support', unified, true],
    ['super-executive-ids', unified, true],
    ['stability-tested-on-phone', h5, true],
    ['zhezhengding-documents', zhezhengding, false],
    ['statement-red-head', exception, true],
    ['statement-attached', exception, false],
  ] as const)('%s', async (id, concerned, withEvidence) => {
    expect(await state(id)).toBe('not-applicable');
    concerned();
    expect(await state(id)).toBe('question');
    no(id);
    expect(await state(id)).toBe('fail');
    yes(id, withEvidence);
    expect(await state(id)).toBe('pass');
  });

  test('gray-release: DingTalk’s own for a mini program, a question for H5', async () => {
    expect(await state('gray-release')).toBe('pass');
    h5();
    expect(await state('gray-release')).toBe('question');
    no('gray-release');
    expect(await state('gray-release')).toBe('fail');
  });

  test('standard-api-first: a question only where 浙政钉’s APIs are used without a DING', async () => {
    expect(await state('standard-api-first')).toBe('pass');
    zhezhengding();
    expect(await state('standard-api-first')).toBe('question');
    no('standard-api-first');
    expect(await state('standard-api-first')).toBe('fail');
    subject.listing.app.sendsDing = true;
    expect(await state('standard-api-first')).toBe('pass');
  });
});

describe('facts that decide', () => {
  test.each([
    ['self-built-or-unified', 'scope.superExecutives'],
    ['applicant-fits', 'scope.applicant'],
    ['permissions-listed', 'scope.contacts'],
    ['owner-applies', 'owner.phone'],
    ['application-complete', 'domain.name'],
    ['pc-needs-h5', 'app.pc'],
    ['mini-server-address', 'domain.name'],
    ['mini-organisation', 'organisations.production'],
    ['ding-through-zhezhengding', 'app.sendsDing'],
    ['platform-configured', 'app.platform'],
  ])('%s asks for %s by name and says how it is written', async (id, fact) => {
    const [section = '', name = ''] = fact.split('.');
    const target = subject.listing[section as 'scope'] as Record<string, unknown>;
    target[name] = null;
    const finding = await check(id);
    expect(finding.state).toBe('question');
    expect([...finding.evidence, finding.remedy].join('\n')).toContain(fact);
  });

  test('自建 and 统建, with the reason', async () => {
    expect((await check('self-built-or-unified')).detail).toMatch(/自建应用.*使用范围不超出本单位条线/);
    subject.listing.scope.users = 'beyond';
    expect((await check('self-built-or-unified')).detail).toMatch(
      /自建应用.*超出本单位条线.*大数据局代为发起/,
    );
    subject.listing.scope.superExecutives = true;
    expect((await check('self-built-or-unified')).detail).toMatch(/统建应用.*超级高管/);
  });

  test('applicant-fits', async () => {
    expect(await state('applicant-fits')).toBe('pass');
    subject.listing.scope.contacts = 'beyond';
    // 「可以由所在地大数据局代为发起」: it may, and the owner may too.
    expect(await check('applicant-fits')).toMatchObject({
      state: 'pass',
      detail: expect.stringContaining('也可以请所在地大数据局'),
    });
    subject.listing.scope.applicant = 'big-data-bureau';
    expect(await state('applicant-fits')).toBe('pass');
    subject.listing.scope.contacts = 'own-line';
    expect((await check('applicant-fits')).detail).toContain('应由业主单位发起');
  });

  test('permissions-listed', async () => {
    expect(await state('permissions-listed')).toBe('pass');
    const env = { NODE_ENV: 'production', MATCH_BY_MOBILE: 'on' };
    expect((await check('permissions-listed', { env })).detail).toContain('不要通讯录权限');
    subject.listing.scope.contacts = 'own-line';
    expect((await check('permissions-listed')).detail).toContain('没有列出');
    subject.listing.scope.permissions = ['成员信息读权限'];
    expect((await check('permissions-listed', { env })).detail).toContain('员工手机号信息');
    subject.listing.scope.permissions.push('员工手机号信息');
    expect(await state('permissions-listed', { env })).toBe('pass');
  });

  test('owner-applies', async () => {
    expect(await state('owner-applies')).toBe('pass');
    subject.listing.owner.organisation = subject.listing.vendor.organisation;
    expect(await state('owner-applies')).toBe('fail');
  });

  test('application-complete', async () => {
    expect(await state('application-complete')).toBe('pass');
    subject.listing.scope.contacts = 'own-line';
    subject.listing.deployment.gateway = [];
    subject.listing.vendor.contact = '  ';
    const finding = await check('application-complete');
    expect(finding.detail).toContain('还缺 3 项');
    expect(finding.evidence.join('\n')).toMatch(/deployment\.gateway，例如 gateway: \["10\.0\.0\.10"\]/);
  });

  test('pc-needs-h5', async () => {
    expect(await state('pc-needs-h5')).toBe('not-applicable');
    subject.listing.app.pc = true;
    expect(await state('pc-needs-h5')).toBe('fail');
    subject.listing.app.forms = ['miniprogram', 'h5'];
    expect(await state('pc-needs-h5')).toBe('pass');
  });

  test('platform-configured', async () => {
    expect(await state('platform-configured')).toBe('pass');
    expect(await state('platform-configured', { env: {} })).toBe('unknown');
    subject.listing.app.platform = 'zhezhengding';
    expect(await state('platform-configured')).toBe('fail');
  });

  test('statements-complete', async () => {
    expect(await state('statements-complete')).toBe('not-applicable');
    const written = { problem: '一', reason: '二', plan: '三', risk: '四', date: '2026-11-24' };
    subject.listing.exceptions['owner-applies'] = written;
    subject.listing.owner.organisation = subject.listing.vendor.organisation;
    expect(await state('statements-complete')).toBe('pass');
    subject.listing.exceptions['owner-applies'] = { ...written, reason: null };
    subject.listing.exceptions['no-such-rule'] = written;
    subject.listing.exceptions['statement-red-head'] = written;
    expect((await check('statements-complete')).evidence).toEqual([
      'exceptions.no-such-rule：体检里没有这条规则，或者它不能用情况说明代替',
      'exceptions.statement-red-head：体检里没有这条规则，或者它不能用情况说明代替',
      'exceptions.owner-applies.reason：还没有填',
    ]);
  });

  test('an exception of a rule that is met by now asks for no letter, and is named as such', async () => {
    const written = { problem: '一', reason: '二', plan: '三', risk: '四', date: '2026-11-24' };
    subject.listing.exceptions['domain-owner'] = { ...written, reason: null };
    const over = 'exceptions.domain-owner：这条规则已经通过，不再需要情况说明，可以删掉';
    expect(await check('statements-complete')).toMatchObject({ state: 'not-applicable', evidence: [over] });
    expect(await state('statement-red-head')).toBe('not-applicable');
    expect(await state('statement-attached')).toBe('not-applicable');
    // Beside one that is needed, it is named but not in the way.
    subject.listing.exceptions['owner-applies'] = written;
    subject.listing.owner.organisation = subject.listing.vendor.organisation;
    expect(await check('statements-complete')).toMatchObject({ state: 'pass', evidence: [over] });
    expect(await state('statement-red-head')).toBe('question');
  });
});

describe('all rules', () => {
  test('stand in the order of the guide', () => {
    const places = rules.map((rule) => sections.findIndex(({ id }) => id === rule.section));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test('have ids of their own, sentences as titles, and say how they are checked and mended', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, title, how, remedy } of rules) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect([id, title]).toEqual([id, expect.stringMatching(/。$/)]);
      expect([id, how.length > 5, remedy.length > 5]).toEqual([id, true, true]);
    }
  });
});
