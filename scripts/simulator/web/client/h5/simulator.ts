import { shallowReactive } from 'vue';
import type { ClientChoice, ClientEvent, Screen } from '../../setup.ts';
import { faults } from '../faults.ts';
import { Simulator } from '../simulator.ts';
import { openClient } from '../transport.ts';

/** Effects of faults that differ from those in a mini program. */
const effects: Readonly<Record<string, string>> = {
  'no-network': '请求发不出去，也取不到免登码。应提示检查网络；重新打开页面时，客户端显示自己的错误页。',
  'slow-network': '每个接口多等 3 秒。等待时应有提示，不能空白。',
  'request-timeout': '应答迟迟不来。30 秒后应提示服务器没有回应。',
  'server-down': '服务端连接不上。打开着的页面应有提示；重新打开时，客户端显示自己的错误页。',
  'html-answer': '上网认证页或网关拦截，接口返回 HTML。应提示回应看不懂。',
  'storage-broken': '客户端不保存 Cookie，也不能读写存储。应提示允许 Cookie。',
  'code-error': '客户端拒绝取码。应提示没有拿到登录凭证。',
  'code-hangs': '客户端既不成功也不失败。10 秒后应提示没有拿到登录凭证。',
};

/** The H5 pages in one client, whose it is, and what goes wrong with it. */
export class H5Simulator extends Simulator {
  override readonly faults = faults
    .filter((fault) => !fault.untrusted)
    .map((fault) => ({ ...fault, effect: effects[fault.id] ?? fault.effect }));
  override readonly isMini = false;
  /** `times`: how often the page has been opened. */
  readonly frame = shallowReactive({ screen: 'phone' as Screen, client: '', times: 0 });

  show(screen: Screen): void {
    this.frame.screen = screen;
    this.powerOn();
  }

  /** @param anew the session is forgotten first */
  async open(anew: boolean): Promise<void> {
    try {
      this.frame.client = await openClient(this.choice(anew));
      this.frame.times += 1;
      this.note(anew ? '已清除登录，重新打开' : '已打开 H5 页面');
    } catch {
      this.fail('H5 页面没有打开，请确认 npm run dev 还在运行');
    }
  }

  override signInAnew(): void {
    void this.open(true);
  }

  hear({ client, event }: ClientEvent): void {
    if (client === this.frame.client) this.timeline.record({ time: 0, ...event }, this.titleOf);
  }

  protected override powerOn(): void {
    void this.open(false);
  }

  protected override takeFaults(active: ReadonlySet<string>): void {
    super.takeFaults(active);
    openClient(this.choice(false)).catch(() => this.fail('故障没有换上，请确认 npm run dev 还在运行'));
  }

  private choice(anew: boolean): ClientChoice {
    const { platform, person } = this.state;
    const device = Object.assign({}, ...this.activeFaults().map((fault) => fault.device));
    return { platform, person, screen: this.frame.screen, faults: device, anew };
  }
}
