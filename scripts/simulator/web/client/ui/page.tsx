import type { Simulator } from '../simulator.ts';
import { FaultPanel } from './fault-panel.tsx';
import { Header } from './header.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PhoneColumn } from './phone-column.tsx';
import { TimelinePanel } from './timeline-panel.tsx';

export function Page({ simulator }: { simulator: Simulator }) {
  return (
    <div class="page-layout">
      <Header simulator={simulator} />
      {simulator.state.cutOff && (
        <p class="cut-off" role="alert">
          npm run dev 已经停止，手机连不上服务端。请在终端里重新运行 npm run dev，本页会自动刷新。
        </p>
      )}
      <main class="columns">
        <PhoneColumn simulator={simulator} />
        <div class="controls">
          <PeoplePanel simulator={simulator} />
          <FaultPanel simulator={simulator} />
        </div>
        <TimelinePanel timeline={simulator.timeline} />
      </main>
      <p class="visually-hidden" role="status">
        {simulator.state.notice}
      </p>
    </div>
  );
}
Page.props = ['simulator'];
