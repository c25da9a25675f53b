import type { Screen } from '../../setup.ts';
import { type Choice, segments } from '../ui/parts.tsx';
import type { H5Simulator } from './simulator.ts';

const screens: readonly Choice<Screen>[] = [
  { value: 'phone', label: '手机' },
  { value: 'pc', label: '电脑' },
];

/** The client with the page in it, and below it what a hand does with it. */
export function ClientColumn({ simulator }: { simulator: H5Simulator }) {
  const { screen, client, times } = simulator.frame;
  return (
    <section class="phone-column" aria-label="客户端">
      <div class={screen === 'pc' ? 'pc' : 'phone'}>
        {client !== '' && (
          <iframe key={times} class="client-screen" title="H5 页面" src={`${client}/console/h5`} />
        )}
      </div>
      <fieldset class="phone-tools" aria-label="客户端操作">
        {segments({ name: 'screen', label: '在哪里打开', chosen: screen }, screens, (one) =>
          simulator.show(one),
        )}
        <button type="button" onClick={() => void simulator.open(false)}>
          重新打开
        </button>
        <button type="button" title="忘记这个人在这个客户端的登录" onClick={() => void simulator.open(true)}>
          清除登录
        </button>
      </fieldset>
      <p class="phone-note">管理员在这里看到的，和普通用户一样。</p>
    </section>
  );
}
ClientColumn.props = ['simulator'];
