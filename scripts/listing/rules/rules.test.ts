import { readFileSync } from 'node:fs';
import { matchPerson } from '../../../server/auth/matching.ts';
import { projectRoot } from '../../../server/config/paths.ts';
import { projectFiles } from '../check/project-files.ts';
import { rulesDocument, withRuleTable } from '../check/rule-table.ts';
import { wrongMatches } from '../facts/matching.ts';
import type { ListingAnswer } from '../listing.ts';
import { howOf, sections } from '../rule.ts';
import { check, evidence, Subject } from '../testing/project.ts';
import { rules } from './index.ts';

/** What the rules ask of people, at which stage, and what a letter may explain. */

let h: Subject;
beforeEach(() => {
  h = new Subject();
});

const written = { problem: '一', reason: '二', plan: '三', date: '2026-11-24' };

describe('the stage', () => {
  /** These come with the approval: production's organisation and parameters, the stability platform's bid. */
  const withoutApproval = () => {
    h.listing.organisations.production = null;
    h.listing.stability.bid = null;
    h.env.DINGTALK_CORP_ID = 'ding0000test';
    h.env.DINGTALK_APP_KEY = 'dingtest';
    h.developmentEnv = { DINGTALK_CORP_ID: 'ding0000test', DINGTALK_APP_KEY: 'dingtest' };
  };

  test('审批前: production runs on test parameters, and nothing is asked that the approval brings', async () => {
    withoutApproval();
    h.listing.app.stage = '审批前';
    expect(await h.broken()).toEqual({});
    for (const id of ['stability-code', 'stability-allowed', 'stability-tested-on-phone']) {
      expect([id, await h.state(id)]).toEqual([id, 'not-applicable']);
    }
  });

  test('审批后: what the approval has brought is asked for by name', async () => {
    withoutApproval();
    expect(await h.broken()).toEqual({ 'credentials-apart': 'question', 'stability-code': 'question' });
    expect((await h.check('credentials-apart')).facts).toEqual(['organisations.production']);
    expect((await h.check('stability-code')).facts).toEqual(['stability.bid']);
  });

  test('a listing from before there were stages is before its approval while it has no bid', async () => {
    withoutApproval();
    h.listing.app.stage = null;
    expect(await h.broken()).toEqual({});
    h = new Subject();
    h.listing.app.stage = null;
    h.env.DINGTALK_CORP_ID = 'ding0000test';
    expect(await h.broken()).toEqual({ 'credentials-apart': 'fail' });
  });
});

describe('questions', () => {
  const ask = (id: string, more: ListingAnswer) => {
    h.listing.answers[id] = more;
    return h.state(id);
  };
  const executives = () => {
    h.listing.scope.superExecutives = true;
  };
  test.each([
    ['development-finished', () => {}],
    ['internal-app', () => {}],
    ['stability-tested-on-phone', () => {}],
    ['unified-approval', executives],
    ['unified-talk-first', executives],
    ['super-executive-trial', executives],
    ['super-executive-support', executives],
    ['super-executive-ids', executives],
  ])('%s is answered by a person, with evidence or without', async (id, concerned) => {
    concerned();
    delete h.listing.answers[id];
    const open = await h.check(id);
    expect(open.state).toBe('question');
    expect(open.remedy).toContain(`answers.${id}`);
    expect(await ask(id, { answer: null })).toBe('question');
    expect(await ask(id, { answer: 'no' })).toBe('fail');
    expect(await ask(id, { answer: 'yes' })).toBe('pass');
    expect(await ask(id, { answer: 'yes', evidence })).toBe('pass');
    expect(await ask(id, { answer: 'yes', evidence: 'https://a.cn/proof' })).toBe('pass');
    expect(await ask(id, { answer: 'yes', evidence: 'evidence/no-such-file.jpg' })).toBe('question');
    expect(await ask(id, { answer: 'not-applicable' })).toBe('question');
    expect(await ask(id, { answer: 'not-applicable', note: '另有安排' })).toBe('not-applicable');
  });

  test('questions about other kinds of apps are not asked', async () => {
    h.listing.app.forms = ['miniprogram'];
    h.listing.answers = {};
    for (const { id } of rules.filter(({ only = [] }) => only.some((one) => /h5|unified|exec/.test(one)))) {
      expect([id, await h.state(id)]).toEqual([id, 'not-applicable']);
    }
  });

  test('the reason for 浙政钉’s APIs is asked only where they are used without a DING', async () => {
    delete h.listing.answers['standard-api-first'];
    expect(await h.state('standard-api-first')).toBe('pass');
    h.listing.app.platform = 'zhezhengding';
    expect(await h.state('standard-api-first')).toBe('question');
    h.listing.app.sendsDing = true;
    expect(await h.state('standard-api-first')).toBe('pass');
  });

  test('a DING by 浙政钉 needs its sender', async () => {
    h.listing.app.platform = 'zhezhengding';
    h.listing.app.sendsDing = true;
    h.env.PLATFORM = 'zhezhengding';
    expect((await h.check('ding-through-zhezhengding')).detail).toContain('ZHEZHENGDING_DING_CREATOR');
    h.env.ZHEZHENGDING_DING_CREATOR = '93';
    expect(await h.state('ding-through-zhezhengding')).toBe('pass');
  });

  test('an address of 政务外网 that looks public is asked about, unless it answers this machine', async () => {
    h.listing.deployment.database = [{ host: '59.202.0.5', port: 5432 }];
    h.env.DATABASE_URL = '';
    delete h.listing.answers['database-not-public'];
    expect(await h.state('database-not-public')).toBe('question');
    h.network.ports.set('59.202.0.5:5432', 'open');
    expect((await h.check('database-not-public')).detail).toContain('answers.database-not-public');
    h.listing.answers['database-not-public'] = { answer: 'yes' };
    expect(await h.state('database-not-public')).toBe('pass');
  });
});

test.each(rules.flatMap(({ id, facts = [] }) => facts.map((fact) => [id, fact] as const)))(
  '%s asks for %s by name where it is missing, and says how it is written',
  async (id, fact) => {
    h.listing.app.forms = ['miniprogram', 'h5'];
    const [section = '', name = ''] = fact.split('.');
    const target = h.listing[section as 'scope'] as Record<string, unknown>;
    target[name] = Array.isArray(target[name]) ? [] : null;
    const finding = await h.check(id);
    expect(finding.state).toBe('question');
    expect(finding.facts).toContain(fact);
  },
);

describe('自建 and 统建', () => {
  test('自建 or 统建 is decided with its reasons', async () => {
    expect((await h.check('self-built-or-unified')).detail).toMatch(/自建应用.*使用范围不超出本单位条线/);
    h.listing.scope.users = 'beyond';
    expect((await h.check('self-built-or-unified')).detail).toMatch(
      /自建应用.*超出本单位条线.*大数据局代为发起/,
    );
    h.listing.scope.superExecutives = true;
    expect((await h.check('self-built-or-unified')).detail).toMatch(/统建应用.*超级高管/);
  });

  test('beyond the own line the big-data bureau may apply, and the owner may too', async () => {
    h.listing.scope.users = 'beyond';
    expect(await h.check('applicant-fits')).toMatchObject({
      state: 'pass',
      detail: expect.stringContaining('也可以请所在地大数据局'),
    });
    h.listing.scope.applicant = 'big-data-bureau';
    expect(await h.state('applicant-fits')).toBe('pass');
  });

  test('permissions are listed one by one where the contacts are read', async () => {
    h.listing.scope.contacts = 'own-line';
    expect((await h.check('permissions-listed')).detail).toContain('没有列出');
    h.env.MATCH_BY_MOBILE = 'on';
    h.listing.scope.permissions = ['成员信息读权限'];
    expect((await h.check('permissions-listed')).detail).toContain('员工手机号信息');
    h.listing.scope.permissions.push('员工手机号信息');
    expect(await h.state('permissions-listed')).toBe('pass');
  });
});

describe('超级高管 are matched by the platform’s id alone', () => {
  test('the app’s own matching goes by the id alone', async () => {
    expect(await wrongMatches()).toEqual([]);
    h.listing.scope.superExecutives = true;
    expect(await h.state('super-executive-by-id')).toBe('pass');
  });

  test('a matching that goes by number or name is found out, and so is one that forgets the id', async () => {
    const careless: typeof matchPerson = async (prisma, person, policy) => {
      const { mobile, name } = person;
      const user = await prisma.user.findFirst({ where: mobile === null ? { name } : { mobile } });
      return user === null ? matchPerson(prisma, person, policy) : { kind: 'account', user, by: 'MOBILE' };
    };
    expect(await wrongMatches(careless)).toEqual(['按手机号匹配到了', '按姓名匹配到了']);
    expect(await wrongMatches(async () => ({ kind: 'none' }))).toEqual(['按平台 id 没有匹配到']);
  });

  test('a matching that only a database can answer is left to a person', async () => {
    const strange: typeof matchPerson = async (prisma) => {
      await prisma.user.findFirst({ where: { name: { contains: '甲' } } });
      return { kind: 'none' };
    };
    expect(await wrongMatches(strange)).toBeNull();
  });
});

describe('情况说明', () => {
  test('情况说明 are asked for what the guide demands, and refused for what it forbids', async () => {
    expect(await h.state('statements-complete')).toBe('not-applicable');
    h.listing.exceptions['owner-applies'] = written;
    h.listing.owner.organisation = h.listing.vendor.organisation;
    expect(await h.state('statements-complete')).toBe('pass');
    h.listing.exceptions['owner-applies'] = { ...written, reason: null };
    for (const id of ['no-such-rule', 'certificate-trusted', 'hsts']) {
      h.listing.exceptions[id] = written;
    }
    expect((await h.check('statements-complete')).evidence).toEqual([
      'exceptions.no-such-rule：没有这条规则，或者它不能用情况说明代替',
      'exceptions.certificate-trusted：指南不允许（不可豁免），写情况说明也不能上架，要改好',
      'exceptions.owner-applies.reason：还没有填',
      'exceptions.hsts：这条规则已经通过，或者是工程自查，不需要情况说明，可以删掉',
    ]);
  });

  test('a 情况说明 of a rule that is met by now is named as needless', async () => {
    h.listing.exceptions['owner-applies'] = { ...written, reason: null };
    const over = 'exceptions.owner-applies：这条规则已经通过，或者是工程自查，不需要情况说明，可以删掉';
    expect(await h.check('statements-complete')).toMatchObject({ state: 'not-applicable', evidence: [over] });
  });
});

describe('every rule', () => {
  test('every rule stands in its chapter, with an id of its own', () => {
    const places = rules.map((rule) => sections.findIndex(({ id }) => id === rule.section));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(places).size).toBe(sections.length);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.filter(({ id }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  test('every rule is written in Chinese sentences that fit a table', () => {
    for (const rule of rules) {
      for (const text of [rule.title, howOf(rule), rule.remedy]) {
        expect([rule.id, text]).toEqual([
          rule.id,
          expect.stringMatching(/[\u4e00-\u9fff][\s\S]*[。？）；]$/),
        ]);
        expect(text.length).toBeLessThan(200);
      }
    }
  });

  test('a rule that may block a listing cites the guide', () => {
    expect(rules.filter(({ kind, sentence }) => kind !== 'own' && sentence === null)).toEqual([]);
  });

  test('the table of scripts/docs/listing.md shows the rules as they are (npm run lint -- --fix writes it)', () => {
    const document = readFileSync(rulesDocument, 'utf8');
    expect(withRuleTable(document, rules)).toBe(document);
    expect(() => withRuleTable('# 别的', rules)).toThrow('no place');
  });
});

test.each(['ding-through-zhezhengding', 'api-through-driver', 'no-foreign-sdk', 'platform-id-column'])(
  '%s holds for this template itself',
  async (id) => {
    expect((await check(id, h.context({ files: projectFiles(projectRoot) }))).state).toMatch(
      /^(pass|not-applicable)$/,
    );
  },
);
