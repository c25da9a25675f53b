import { grey, ink, svgFile, svgText } from '../../report/svg.ts';

/** What differs between apps in how people sign in. */
export interface SignInPolicy {
  platform: 'zhezhengding' | 'dingtalk';
  /** Whether a person without a match may bind an account, once. */
  binding: boolean;
  /** Whether a mobile number that the platform vouches for may match. */
  matchByMobile: boolean;
  /** Days that a session lives at most. */
  sessionDays: number;
  /** Hours without use after which it ends. */
  sessionIdleHours: number;
}

interface Step {
  text: string[];
  x: number;
  y: number;
  kind: 'start' | 'step' | 'question' | 'good' | 'stop';
}

const boxWidth = 250;
const boxHeight = 62;
const fills = {
  start: ['#eef2f8', grey],
  step: ['#ffffff', '#0052d9'],
  question: ['#fff8e8', '#b26a00'],
  good: ['#e6f5ec', '#0b6b3a'],
  stop: ['#fdecec', '#b0191e'],
} as const;

/** The way from opening the app to its first page, as SVG; the same policy gives the same picture. */
export function signInFlowSvg(policy: SignInPolicy): string {
  const platform = policy.platform === 'zhezhengding' ? '浙政钉' : '钉钉';
  const left = 20;
  const middle = 360;
  const right = 700;
  const row = (index: number) => 30 + index * 104;
  const at = (x: number, index: number, kind: Step['kind'], ...text: string[]): Step => ({
    x,
    y: row(index),
    kind,
    text,
  });
  const opened = at(middle, 0, 'start', `在${platform}里打开应用`);
  const cached = at(middle, 1, 'question', '缓存里有没过期的会话？');
  const code = at(middle, 2, 'step', '向容器取免登授权码', '（5 分钟有效，只能用一次）');
  const exchange = at(middle, 3, 'step', '服务端用授权码换平台 id', '（应用令牌全体共用）');
  const byId = at(middle, 4, 'question', '用户表里有这个平台 id？');
  const home = at(left, 3, 'good', '进入首页', '（会话写入缓存）');
  const failed = at(right, 3, 'stop', '提示页：说明原因和下一步', '（不出现白屏）');
  const matched = policy.matchByMobile ? '按平台核实的手机号匹配？' : '允许用账号密码绑定？';
  const bind = at(middle, 6, 'step', '绑定页：输入一次用户名和密码', '（以后直接免登）');
  const last = at(middle, 5, 'question', matched);
  const steps = [opened, cached, code, exchange, byId, home, failed, last, ...(policy.binding ? [bind] : [])];
  const height = row(policy.binding ? 6 : 5) + boxHeight + 30;
  return svgFile(970, height, '免登流程图', [
    down(opened, cached),
    down(cached, code, '没有'),
    down(code, exchange),
    down(exchange, byId, '换到'),
    down(byId, last, '没有'),
    ...(policy.binding ? [down(last, bind, policy.matchByMobile ? '没有匹配到' : '允许')] : []),
    sideways(cached, home, '有', -1),
    sideways(byId, home, '有', -1),
    ...(policy.binding ? [sideways(bind, home, '绑定成功', -1)] : []),
    ...(policy.matchByMobile ? [sideways(last, home, '匹配到', -1)] : []),
    sideways(code, failed, '取不到', 1),
    sideways(exchange, failed, '无权限或故障', 1),
    sideways(byId, failed, '已停用', 1),
    ...(policy.matchByMobile ? [] : [sideways(last, failed, '不允许', 1)]),
    ...steps.map(box),
  ]);
}

function box({ x, y, text, kind }: Step): string {
  const [fill, edge] = fills[kind];
  const rounded = kind === 'question' ? 31 : 8;
  const first = y + boxHeight / 2 + 5 - (text.length - 1) * 10;
  return [
    `<rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="${rounded}" fill="${fill}" stroke="${edge}" stroke-width="1.6"/>`,
    ...text.map((line, index) =>
      svgText(x + boxWidth / 2, first + index * 20, line, {
        anchor: 'middle',
        ...(index === 0 ? { size: 16, colour: ink } : { size: 13 }),
      }),
    ),
  ].join('\n');
}

const line = (path: string) => `<path d="${path}" fill="none" stroke="${grey}" stroke-width="1.6"/>`;
const head = (x: number, y: number, shape: string) => `<path d="M${x} ${y}${shape}z" fill="${grey}"/>`;
const label = (x: number, y: number, text: string) => svgText(x, y, text, { size: 13, anchor: 'middle' });

function down(from: Step, to: Step, text = ''): string {
  const x = from.x + boxWidth / 2;
  return [
    line(`M${x} ${from.y + boxHeight}V${to.y - 8}`),
    head(x, to.y - 1, 'l-6 -11h12'),
    text === '' ? '' : label(x + 12 + text.length * 7, from.y + boxHeight + 25, text),
  ].join('\n');
}

/** An arrow that leaves a box at its side and goes up, down or straight to the next box. */
function sideways(from: Step, to: Step, text: string, direction: 1 | -1): string {
  const edge = direction === 1 ? from.x + boxWidth : from.x;
  const y = from.y + boxHeight / 2;
  const words = label((edge + (direction === 1 ? to.x : to.x + boxWidth)) / 2, y - 8, text);
  if (from.y === to.y) {
    const end = direction === 1 ? to.x : to.x + boxWidth;
    return [
      line(`M${edge} ${y}H${end - direction * 8}`),
      head(end - direction, y, `l${-11 * direction} -6v12`),
      words,
    ].join('\n');
  }
  const x = to.x + boxWidth / 2;
  const above = from.y < to.y;
  const end = above ? to.y - 8 : to.y + boxHeight + 8;
  return [
    line(`M${edge} ${y}H${x}V${end}`),
    above ? head(x, to.y - 1, 'l-6 -11h12') : head(x, to.y + boxHeight + 1, 'l-6 11h12'),
    words,
  ].join('\n');
}
