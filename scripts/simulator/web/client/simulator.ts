import { shallowReactive } from 'vue';
import type { EmulatedPerson } from '../../../emulator/people.ts';
import type { Problem } from '../../compiler/problem.ts';
import { askEmulator, emulatorAuthCode } from '../../harness/emulator-codes.ts';
import { browserStorage, type Device, type Platform } from '../../runtime/device.ts';
import { Phone } from '../../runtime/phone.ts';
import type { BuiltApp, PhoneEvent } from '../../runtime/types.ts';
import { SERVER_PLACEHOLDER, type Setup } from '../setup.ts';
import { applyToDevice, applyToEmulator, faults, type PanelFault } from './faults.ts';
import { Timeline } from './timeline.ts';
import { relay, relayTransport, tell } from './transport.ts';

export const platforms: Readonly<Record<Platform, string>> = { dingtalk: '钉钉', zhezhengding: '浙政钉' };

export interface SimulatorState {
  platform: Platform;
  /** Key of the person; empty when the emulator is not there. */
  person: string;
  active: ReadonlySet<string>;
  httpErrors: Device['httpErrors'];
  /** Page on top of the stack. */
  path: string;
  problems: readonly Problem[];
  /** What the mini program has stored for this person; values are JSON. */
  storage: readonly { key: string; value: string }[];
  /** The last thing done in the panel, for screen readers too. */
  notice: string;
  canRevoke: boolean;
  /** `npm run dev` has ended: nothing gets through any more. */
  cutOff: boolean;
}

const CHOICE = 'simulator:choice';
/** Shared by all tabs, since they share the emulator: a fault of one tab is a fault of all. */
const FAULTS = 'simulator:faults';
/** The emulator's organisation; a real one comes from the mini program's own configuration. */
const EMULATED_CORP_ID = 'dingemulator0001';

/** One phone on the page, whose it is, and what goes wrong with it. */
export class Simulator {
  readonly setup: Setup;
  readonly people: readonly EmulatedPerson[];
  readonly state: SimulatorState;
  /** The faults that the panel offers. */
  readonly faults: readonly PanelFault[] = faults;
  /** True for the mini program, false for the H5 pages. */
  readonly isMini: boolean = true;
  readonly timeline = new Timeline((draw) => requestAnimationFrame(draw));
  phone: Phone | undefined;
  private app: BuiltApp | undefined;
  private device: Device | undefined;
  private mount: HTMLElement | undefined;
  private token: string | undefined;
  /** The phone has called a server that did not answer. */
  private serverMissed = false;
  private syncing: Promise<void> = Promise.resolve();

  constructor(setup: Setup, people: readonly EmulatedPerson[]) {
    this.setup = setup;
    this.people = people;
    const choice = readJson<{ platform?: Platform; person?: string }>(localStorage, CHOICE) ?? {};
    const platform = choice.platform && setup.servers[choice.platform] ? choice.platform : 'dingtalk';
    this.state = shallowReactive<SimulatorState>({
      platform: setup.servers[platform] ? platform : 'zhezhengding',
      person: (people.find((person) => person.key === choice.person) ?? people[0])?.key ?? '',
      active: storedFaults(),
      httpErrors: 'fail',
      path: '',
      problems: [],
      storage: [],
      notice: '',
      canRevoke: false,
      cutOff: false,
    });
    // After a reload, too, the emulator must have the faults that the page shows.
    if (this.activeFaults().some((fault) => fault.emulator)) void this.syncEmulator();
    window.addEventListener('storage', ({ key }) => {
      // The other tab has told the emulator already.
      if (key === FAULTS || key === null) this.takeFaults(storedFaults());
    });
  }

  /** The element that the phone is drawn into. */
  attach(mount: HTMLElement): void {
    this.mount = mount;
    if (this.app) this.powerOn();
  }

  /** Starts a mini program, or the one that took its place after a change of its code. */
  run(app: BuiltApp): void {
    this.app = app;
    this.state.problems = [];
    if (this.phone) {
      this.note('代码有改动，小程序已重新启动');
      this.phone.replace(this.withServer(app));
    } else this.powerOn();
  }

  async update(part: Pick<BuiltApp, 'units' | 'style'>): Promise<void> {
    if (!this.app || !this.phone) {
      // The first version that compiles.
      location.reload();
      return;
    }
    try {
      await this.phone.update(part);
    } catch (error) {
      this.fail(`新的模板没有换上：${messageOf(error)}。请刷新本页；还是这样时，请重新运行 npm run dev`);
      return;
    }
    this.app = { ...this.app, ...part };
    this.note('模板或样式有改动，已更新，页面状态保留');
  }

  showProblems(problems: readonly Problem[]): void {
    this.state.problems = problems;
  }

  choose(change: { person?: string; platform?: Platform }): void {
    Object.assign(this.state, change);
    localStorage.setItem(
      CHOICE,
      JSON.stringify({ platform: this.state.platform, person: this.state.person }),
    );
    const name = this.people.find((person) => person.key === this.state.person)?.name ?? '';
    this.note(`换成 ${name}，用${platforms[this.state.platform]}打开`);
    this.powerOn();
  }

  restart(kind: 'cold' | 'warm'): void {
    if (!this.phone) return;
    if (kind === 'cold') {
      this.state.notice = '已冷启动';
      this.phone.stop();
      this.phone.start();
    } else {
      this.state.notice = '已热启动';
      this.phone.hide();
      this.phone.show();
    }
  }

  serverIsBack(): void {
    if (!this.serverMissed) return;
    this.serverMissed = false;
    this.phone?.reopen();
    this.note('服务已恢复，小程序已重新打开');
  }

  clearStorage(): void {
    const storage = this.device?.storage;
    for (const key of storage?.keys() ?? []) storage?.remove(key);
    this.readStorage();
    this.note('已清除这个人的存储，冷启动后会重新登录');
  }

  /** @param json the new value. @returns false where it is no JSON; the page says so, and nothing is stored */
  setStored(key: string, json: string): boolean {
    try {
      this.device?.storage.set(key, JSON.stringify(JSON.parse(json)));
    } catch (error) {
      this.fail(`没有保存 ${key}：不是 JSON（${messageOf(error)}）`);
      return false;
    }
    this.readStorage();
    this.note(`已改存储 ${key}，冷启动后小程序会读到`);
    return true;
  }

  removeStored(key: string): void {
    this.device?.storage.remove(key);
    this.readStorage();
    this.note(`已删除存储 ${key}`);
  }

  pullDown(): void {
    const allowed = this.phone?.pullDown() ?? false;
    this.note(allowed ? '下拉刷新' : '这个页面没有打开下拉刷新');
  }

  /** Signs the person out and opens the app: only then do faults of signing in show. */
  signInAnew(): void {
    this.clearStorage();
    this.restart('cold');
    this.state.notice = '已清除存储并冷启动';
  }

  isActive(id: string): boolean {
    return this.state.active.has(id);
  }

  async toggle(id: string): Promise<void> {
    const active = new Set(this.state.active);
    if (!active.delete(id)) active.add(id);
    const title = faults.find((fault) => fault.id === id)?.title ?? id;
    await this.setFaults(active, `${active.has(id) ? '打开' : '关闭'}故障：${title}`);
  }

  async clearFaults(): Promise<void> {
    await this.setFaults(new Set(), '已清除全部故障');
  }

  setHttpErrors(value: Device['httpErrors']): void {
    this.state.httpErrors = value;
    if (this.device) this.device.httpErrors = value;
  }

  /** Ends the session on the server while the phone still holds its token. */
  async revokeSession(): Promise<void> {
    const server = this.setup.servers[this.state.platform];
    if (!this.token || !server) return;
    const answer = await relay({
      url: `${server}/api/auth/logout`,
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      data: '{}',
      timeout: 10_000,
    });
    if (answer.ok && answer.status === 200) this.note('服务端已撤销会话：下一次请求会被拒绝，应悄悄重新登录');
    else this.fail(`会话没有撤销：${answer.ok ? `服务端应答 ${answer.status}` : answer.message}`);
  }

  async expireAppToken(): Promise<void> {
    if (this.setup.emulator === null) return;
    try {
      await askEmulator(this.setup.emulator, 'tokens/expire');
      this.note('应用凭证已失效：下次登录时服务端应自动换新，人没有感觉');
    } catch (error) {
      this.fail(`平台仿真没有照办：${messageOf(error)}`);
    }
  }

  /** What a person calls a page. */
  titleOf = (path: string): string => this.app?.units[path]?.config.defaultTitle ?? path;

  protected powerOn(): void {
    if (!this.mount || !this.app) return;
    this.phone?.destroy();
    this.token = undefined;
    this.state.canRevoke = false;
    this.device = this.createDevice();
    applyToDevice(this.device, this.activeFaults());
    this.phone = new Phone({
      app: this.withServer(this.app),
      mount: this.mount,
      device: this.device,
      onEvent: (event) => {
        const id = this.timeline.record(event, this.titleOf);
        if (event.kind === 'error' || event.kind === 'console') void this.tellOf(event, id);
        if (event.kind === 'dd' && /Storage/.test(event.name)) this.readStorage();
        if (event.kind === 'page') this.state.path = this.phone?.currentPath ?? '';
      },
    });
    this.phone.start();
    this.readStorage();
  }

  private async tellOf(event: PhoneEvent & { kind: 'error' | 'console' }, id: number): Promise<void> {
    const how = event.kind === 'error' ? 'throw' : event.level;
    const heard = await tell({ how, message: event.message, stack: event.stack ?? '' });
    if (heard) this.timeline.place(id, heard);
  }

  private readStorage(): void {
    const { storage } = this.device ?? {};
    this.state.storage = (storage?.keys() ?? [])
      .sort()
      .map((key) => ({ key, value: storage?.get(key) ?? '' }));
  }

  private createDevice(): Device {
    const { platform, person } = this.state;
    const { emulator } = this.setup;
    return {
      platform,
      corpId: platform === 'dingtalk' && emulator !== null ? EMULATED_CORP_ID : undefined,
      storage: browserStorage(localStorage, `phone:${platform}:${person}:`),
      transport: relayTransport({
        onToken: (token) => {
          this.token = token;
          this.state.canRevoke = true;
        },
        onFailure: (message) => {
          this.serverMissed = true;
          this.phone?.pageFailed();
          this.timeline.note('error', message);
        },
      }),
      getAuthCode: () => {
        if (emulator === null) throw new Error('用真实凭证时，本机不能发免登码');
        return emulatorAuthCode({ emulatorUrl: emulator, person }, platform)();
      },
      clipboard: (text) => navigator.clipboard.writeText(text),
      faults: {},
      httpErrors: this.state.httpErrors,
    };
  }

  private withServer(app: BuiltApp): BuiltApp {
    const server = this.setup.servers[this.state.platform] ?? SERVER_PLACEHOLDER;
    return { ...app, script: app.script.replaceAll(SERVER_PLACEHOLDER, server) };
  }

  protected activeFaults(): PanelFault[] {
    return this.faults.filter((fault) => this.state.active.has(fault.id));
  }

  private async setFaults(active: ReadonlySet<string>, notice: string): Promise<void> {
    const before = this.activeFaults().some((fault) => fault.emulator);
    this.takeFaults(active);
    localStorage.setItem(FAULTS, JSON.stringify([...active]));
    if (before || this.activeFaults().some((fault) => fault.emulator)) await this.syncEmulator();
    this.note(notice);
  }

  protected takeFaults(active: ReadonlySet<string>): void {
    this.state.active = active;
    if (this.device) applyToDevice(this.device, this.activeFaults());
  }

  /** Calls one after the other, so that two quick switches do not mix theirs. */
  private syncEmulator(): Promise<void> {
    const { emulator } = this.setup;
    if (emulator === null) return Promise.resolve();
    this.syncing = this.syncing
      .then(() => applyToEmulator(emulator, this.activeFaults()))
      .catch((error: unknown) => this.fail(`平台仿真没有照办：${messageOf(error)}`));
    return this.syncing;
  }

  protected note(notice: string): void {
    this.state.notice = notice;
    this.timeline.note('panel', notice);
  }

  protected fail(notice: string): void {
    this.state.notice = notice;
    this.timeline.note('error', notice);
  }
}

function storedFaults(): Set<string> {
  return new Set(readJson<string[]>(localStorage, FAULTS) ?? []);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function readJson<T>(area: Storage, key: string): T | undefined {
  try {
    return JSON.parse(area.getItem(key) ?? 'null') as T;
  } catch {
    return undefined;
  }
}
